import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, IsUUID, ValidateNested } from 'class-validator';
import type { EventMap } from './event-maps.repository';

/** Six segments with fifty people each. */
const MAPS_MAX = 300;

export class EventMapDto {
  @ApiProperty({ format: 'uuid', description: 'Of this service.' })
  @IsUUID('all')
  segmentId: string;

  @ApiProperty({ format: 'uuid', description: 'Among those who can do the segment, and matched with a host.' })
  @IsUUID('all')
  staffId: string;

  @ApiProperty({ format: 'uuid', description: 'Hosted by this person, and as long as the segment.' })
  @IsUUID('all')
  eventTypeId: string;
}

export class EventMapsDto {
  @ApiProperty({
    type: [EventMapDto],
    maxItems: MAPS_MAX,
    description: 'The whole set: what is not in it is taken away.',
  })
  @ValidateNested({ each: true })
  @Type(() => EventMapDto)
  @IsObject({ each: true })
  @ArrayMaxSize(MAPS_MAX)
  @IsArray()
  maps: EventMapDto[];
}

export function toEventMaps({ maps }: EventMapsDto): EventMap[] {
  return maps.map(({ segmentId, staffId, eventTypeId }) => ({
    segmentId: segmentId.toLowerCase(),
    staffId: staffId.toLowerCase(),
    eventTypeId: eventTypeId.toLowerCase(),
  }));
}
