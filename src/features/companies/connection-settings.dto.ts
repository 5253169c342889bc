import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IsCalendarDay, MayBeAbsent } from '../../foundation/http/validation';
import type { ConnectionSettings } from '../../scheduling/connection-store';

const Version = (usual: string): PropertyDecorator =>
  ApiPropertyOptional({ example: usual, description: 'YYYY-MM-DD' });

/** The version in which a family of the provider's endpoints is asked; the usual one where a family is left out. */
export class ApiVersionsDto {
  @Version('2024-08-13')
  @MayBeAbsent()
  @IsCalendarDay()
  bookings?: string;

  @ApiPropertyOptional({
    example: '2026-05-01',
    description:
      'From 2026-05-01 on the list is paged by cursor; left out, a verification finds out which one there is.',
  })
  @MayBeAbsent()
  @IsCalendarDay()
  bookingList?: string;

  @Version('2024-09-04')
  @MayBeAbsent()
  @IsCalendarDay()
  slots?: string;

  @Version('2024-06-14')
  @MayBeAbsent()
  @IsCalendarDay()
  eventTypes?: string;

  @Version('2024-06-11')
  @MayBeAbsent()
  @IsCalendarDay()
  schedules?: string;
}

/** So many calls in any stretch of so many seconds. */
export class PaceDto {
  @ApiProperty({ minimum: 10, maximum: 10_000, example: 116 })
  @Max(10_000)
  @Min(10)
  @IsInt()
  calls: number;

  @ApiProperty({ minimum: 1, maximum: 3_600, example: 61 })
  @Max(3_600)
  @Min(1)
  @IsInt()
  windowSeconds: number;
}

/** Only what was set, so that what is stored says nothing about the rest. */
export function settingsOf({
  apiVersions,
  pace,
}: {
  apiVersions?: ApiVersionsDto;
  pace?: PaceDto;
}): ConnectionSettings {
  const versions = Object.entries(apiVersions ?? {}).filter(([, version]) => version !== undefined);
  return {
    ...(versions.length > 0 ? { apiVersions: Object.fromEntries(versions) } : {}),
    ...(pace ? { pace: { calls: pace.calls, windowSeconds: pace.windowSeconds } } : {}),
  };
}
