import { Injectable } from '@nestjs/common';
import { ExplainService, isAboutTime, type ShownReason } from '../availability/explain/explain.service';
import { type Alternative, Alternatives } from './alternatives';
import type { BookingWork } from './booking-command';
import type { FrozenFailure } from './frozen-failure';

/** What a caller is told of a time that cannot be had. */
export interface Refusal {
  reason: string;
  /** In the words of `GET /api/availability/explain`. */
  reasons: ShownReason[];
  alternatives?: Alternative[];
}

/** Says why a time was refused, and what else is free. */
@Injectable()
export class Refusals {
  constructor(
    private readonly alternatives: Alternatives,
    private readonly explanations: ExplainService,
  ) {}

  /** A time that is taken, with others that are free. */
  async taken(work: BookingWork, reason: string, untilMs: number): Promise<Refusal> {
    const [reasons, alternatives] = await Promise.all([
      this.reasons(work, reason),
      this.alternatives.near(work, untilMs),
    ]);
    return { reason, reasons, alternatives };
  }

  /** The provider's refusal with what it says about the time; as it is where it is about something else. */
  async explained(work: BookingWork, failure: FrozenFailure, untilMs: number): Promise<FrozenFailure> {
    if (failure.kind !== 'scheduling') return failure;
    const { code, details } = failure;
    // A provider's refusal has its reason; ours is that a host whom it has chosen is claimed.
    const { reason = 'CLAIMED' } = details;
    if (code === 'SLOT_UNAVAILABLE') {
      return { kind: 'api', code, details: { ...(await this.taken(work, reason, untilMs)) } };
    }
    if (code !== 'REFUSED' || !isAboutTime(reason)) return failure;
    return { kind: 'api', code: 'BOOKING_REFUSED', details: { reason, reasons: await this.reasons(work, reason) } };
  }

  private reasons({ eventType, command, caller }: BookingWork, reason: string): Promise<ShownReason[]> {
    const { startMs } = command;
    return this.explanations.refused(reason, { eventType, startMs, isTrusted: caller.isTrusted === true });
  }
}
