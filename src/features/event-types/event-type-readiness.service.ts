import { Injectable } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import type { CallContext } from '../../scheduling/call-context';
import { EventTypeChanges } from './event-type-changes.service';
import { type BookingNeed, type ReadinessFinding, readinessFindings } from './readiness-reasons';

export interface Readiness {
  ready: boolean;
  checkedAt: string;
  reasons: ReadinessFinding[];
}

/** Whether an event type can carry a booking made through us, as the provider has it now. */
@Injectable()
export class EventTypeReadiness {
  constructor(
    private readonly eventTypes: EventTypeChanges,
    private readonly clock: Clock,
  ) {}

  /**
   * @param id ours
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, the same for one of another company, a deleted one and none.
   */
  async check(companyId: string, id: string, need: BookingNeed, context?: CallContext): Promise<Readiness> {
    // Before the question: what it answers is at least as new.
    const checkedAt = new Date(this.clock.now()).toISOString();
    const { definition } = await this.eventTypes.read(companyId, id, context);
    const reasons = readinessFindings(definition, need);
    return { ready: !reasons.some(({ blocking }) => blocking), checkedAt, reasons };
  }
}
