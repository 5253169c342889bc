import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { BookingField, EventTypeLocation, SchedulingType } from '../../scheduling/words';
import type { EventTypeRecord } from './event-type-record';

/** A person who holds the meeting. Without the e-mail address: pages that show types must not publish it. */
export class HostDto {
  @ApiProperty({ description: "The provider's id of the person." })
  id: string;

  @ApiProperty()
  name: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin' })
  timeZone?: string;
}

/** An event type, as the provider had it when it was last read. */
export class EventTypeDto {
  @ApiProperty({ format: 'uuid', description: 'Ours; use it everywhere.' })
  id: string;

  @ApiProperty({ description: "The provider's number.", example: '907311' })
  providerId: string;

  @ApiProperty()
  title: string;

  @ApiProperty()
  slug: string;

  @ApiProperty()
  description: string;

  @ApiProperty({ minimum: 1 })
  lengthMinutes: number;

  @ApiProperty({ type: [Number], description: 'Lengths to choose from; empty for a fixed length.' })
  lengthOptions: number[];

  @ApiProperty()
  hidden: boolean;

  @ApiPropertyOptional({ description: 'Distance between starts; absent = the length.' })
  slotIntervalMinutes?: number;

  @ApiProperty()
  minimumNoticeMinutes: number;

  @ApiProperty()
  beforeBufferMinutes: number;

  @ApiProperty()
  afterBufferMinutes: number;

  @ApiProperty()
  requiresConfirmation: boolean;

  @ApiPropertyOptional({ description: 'Places for each start; absent = one.' })
  seatsPerSlot?: number;

  @ApiProperty()
  recurring: boolean;

  @ApiProperty({ description: 'As the provider counts it; 0 = free.' })
  price: number;

  @ApiPropertyOptional()
  currency?: string;

  @ApiProperty()
  cancellingDisabled: boolean;

  @ApiProperty()
  reschedulingDisabled: boolean;

  @ApiProperty()
  authenticationRequired: boolean;

  @ApiProperty({
    enum: ['individual', 'round-robin', 'collective', 'managed'],
    description: 'A managed type cannot be booked; its members have types of their own for that.',
  })
  schedulingType: SchedulingType;

  @ApiPropertyOptional({ description: "The provider's id of the team that the type belongs to." })
  teamId?: string;

  @ApiPropertyOptional()
  scheduleId?: string;

  @ApiProperty({ type: [HostDto] })
  hosts: HostDto[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'What the attendee is asked: slug, type, required, label.',
  })
  bookingFields: BookingField[];

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'Where it takes place: type and value.' })
  locations: EventTypeLocation[];
}

export class EventTypePageDto {
  @ApiProperty({ type: [EventTypeDto] })
  data: EventTypeDto[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last one.' })
  nextCursor?: string;
}

/** What a sync changed here. A type that came back after a deletion counts as created. */
export class SyncCountsDto {
  @ApiProperty()
  created: number;

  @ApiProperty()
  updated: number;

  @ApiProperty()
  deleted: number;

  @ApiProperty()
  unchanged: number;
}

export function toEventTypeDto({ id, definition }: Pick<EventTypeRecord, 'id' | 'definition'>): EventTypeDto {
  const hosts = definition.hosts.map(({ email: _, ...shown }) => shown);
  return { id, ...definition, hosts };
}
