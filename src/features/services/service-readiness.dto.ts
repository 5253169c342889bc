import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class ServiceReasonDto {
  @ApiProperty({
    example: 'MAP_MISSING',
    description:
      'NO_STAFF, NO_ONE_FOR_ALL, STAFF_INACTIVE, STAFF_WITHOUT_HOST, MAP_MISSING, EVENT_TYPE_GONE, ' +
      'HOST_NOT_ON_TYPE, SEVERAL_HOSTS, LENGTH_DIFFERS, LENGTH_IS_OPTION, or one of the readiness of an event type.',
  })
  code: string;

  @ApiProperty({ description: 'False: visits can be booked, with what the message says.' })
  blocking: boolean;

  @ApiProperty()
  message: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What speaks for this reason.' })
  evidence: Record<string, unknown>;

  @ApiPropertyOptional({ format: 'uuid', description: 'Absent for what concerns the whole service.' })
  segmentId?: string;

  @ApiPropertyOptional()
  segmentName?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Absent for what concerns the whole segment.' })
  staffId?: string;

  @ApiPropertyOptional()
  staffName?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Of the map, where there is such an event type.' })
  eventTypeId?: string;
}

export class ServiceReadinessDto {
  @ApiProperty({ description: 'Whether no reason blocks.' })
  ready: boolean;

  @ApiProperty({
    description:
      'Whether visits can be booked with somebody nevertheless: every segment has a person whom nothing blocks, and ' +
      'where one person is required, all segments have the same.',
  })
  bookable: boolean;

  @ApiProperty({ format: 'date-time', description: 'When the event types were read at the provider.' })
  checkedAt: string;

  @ApiProperty({ type: [ServiceReasonDto], description: 'What blocks comes first; then in the order of the visit.' })
  reasons: ServiceReasonDto[];
}
