import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Schedule } from '../../scheduling/words';
import type { VisibleAccount } from './account.service';

export class AccountDto {
  @ApiProperty({ description: "The provider's number." })
  providerId: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiPropertyOptional({ description: "Absent for the service's shared account." })
  username?: string;

  @ApiPropertyOptional({ description: "Absent for the service's shared account." })
  email?: string;

  @ApiPropertyOptional({ description: "The provider's number." })
  defaultScheduleId?: string;
}

export class WorkingHoursDto {
  @ApiProperty({ type: [String], example: ['Monday', 'Tuesday'] })
  days: string[];

  @ApiProperty({ example: '09:00', description: "Local time in the schedule's zone." })
  startTime: string;

  @ApiProperty({ example: '17:00' })
  endTime: string;
}

export class ScheduleOverrideDto {
  @ApiProperty({ format: 'date' })
  date: string;

  @ApiProperty({ example: '10:00' })
  startTime: string;

  @ApiProperty({ example: '12:00' })
  endTime: string;
}

export class ScheduleDto {
  @ApiProperty({ description: "The provider's number." })
  providerId: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty()
  isDefault: boolean;

  @ApiProperty({ type: [WorkingHoursDto] })
  availability: WorkingHoursDto[];

  @ApiProperty({ type: [ScheduleOverrideDto], description: 'Days that differ from the weekly hours.' })
  overrides: ScheduleOverrideDto[];
}

export class ScheduleListDto {
  @ApiProperty({ type: [ScheduleDto] })
  data: ScheduleDto[];
}

export function toAccountDto({ id, ...account }: VisibleAccount): AccountDto {
  return { providerId: id, ...account };
}

export function toScheduleListDto(data: Schedule[]): ScheduleListDto {
  return { data };
}
