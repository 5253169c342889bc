import { Injectable } from '@nestjs/common';
import { type EventTypeRecord, EventTypesService, found } from '../event-types/event-types.service';

/** More than an account has. */
const ALL = 10_000;

/** The company's event types as last synced, those that cannot be booked included. */
@Injectable()
export class MirroredTypes {
  constructor(private readonly eventTypes: EventTypesService) {}

  async all(companyId: string): Promise<EventTypeRecord[]> {
    return (await this.eventTypes.list(companyId, {}, ALL)).map(found);
  }
}
