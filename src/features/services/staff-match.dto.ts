import { ApiProperty } from '@nestjs/swagger';
import type { StaffMatch } from './staff-matching.service';
import { StaffDto, toStaffDto } from './staff.dto';

export class MatchDto {
  @ApiProperty({ format: 'uuid' })
  staffId: string;

  @ApiProperty({ description: "The provider's id of the person." })
  hostId: string;

  @ApiProperty({ enum: ['email', 'name'], description: 'What is the same.' })
  by: 'email' | 'name';
}

export class FreeHostDto {
  @ApiProperty({ description: "The provider's id of the person." })
  id: string;

  @ApiProperty()
  name: string;
}

export class StaffMatchDto {
  @ApiProperty({ type: [MatchDto], description: 'What this run found and kept.' })
  matched: MatchDto[];

  @ApiProperty({
    type: [StaffDto],
    description: 'Those who are no host yet: say it by hand, or add their e-mail address.',
  })
  withoutHost: StaffDto[];

  @ApiProperty({ type: [FreeHostDto], description: 'Hosts whom nobody of the staff is.' })
  freeHosts: FreeHostDto[];
}

export function toStaffMatchDto({ matched, withoutHost, freeHosts }: StaffMatch): StaffMatchDto {
  return {
    matched,
    withoutHost: withoutHost.map(toStaffDto),
    freeHosts: freeHosts.map(({ id, name }) => ({ id, name })),
  };
}
