import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import { Clock } from '../../../foundation/time/clock';
import { formatInstant, parseInstant } from '../../../foundation/time/instants';
import type { CallContext } from '../../../scheduling/call-context';
import type { Connection } from '../../companies/connections.service';
import { type EventTypeRecord, EventTypesService } from '../../event-types/event-types.service';
import { heldFor } from '../claims/claimed-times';
import type { ExplainFacts } from './explain-facts';
import { booked, claimed, seatsTaken } from './explain-own-reasons';
import type { Reason } from './explain-reason';
import { definedReasons, leftOut, offers } from './explain-reasons';
import { ExplainRecords } from './explain-records.repository';
import { refusalReasons } from './explain-refusal';
import { ExplainSources, unreachable } from './explain-sources';
import type { TimeClaim } from '../claims/host-times.service';
import { shownReason, type ShownReason } from './shown-reason';

// What others need to know of reasons.
export { isAboutTime } from './explain-refusal';
export type { ShownReason } from './shown-reason';

const MINUTE_MS = 60_000;

/** A start that was refused, and for whom it is explained. */
export interface RefusedStart {
  eventType: EventTypeRecord;
  startMs: number;
  /** Of the booking that was to be moved, or the hold that was to be made: it is not in its own way. */
  ownId?: string;
  /** The company itself may see ids and the times of other bookings. */
  isTrusted: boolean;
}

export interface Explanation {
  /** The asked instant in the host's zone. */
  start: string;
  timeZone: string;
  offered: boolean;
  reasons: Reason[];
}

/** Why a start is offered or not. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly eventTypes: EventTypesService,
    private readonly sources: ExplainSources,
    private readonly records: ExplainRecords,
    private readonly clock: Clock,
  ) {}

  /**
   * All that can be found out about one start, with at most two calls to the provider: free starts, and, where this one
   * is not among them, the host's hours. A start that is past asks nobody. Offered means no reasons, and the other way
   * round.
   *
   * @param start an instant that {@link parseInstant} reads
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, the same for one of another company, a deleted one and none.
   */
  async explain(companyId: string, eventTypeId: string, start: string, context?: CallContext): Promise<Explanation> {
    const startMs = parseInstant(start) ?? NaN;
    const eventType = await this.bookable(companyId, eventTypeId.toLowerCase());
    const { hostZone, account, connection } = await this.sources.place(companyId);
    const answer = { start: formatInstant(startMs, hostZone), timeZone: hostZone };
    if (!eventType) return { ...answer, offered: false, reasons: [MANAGED_PARENT] };
    const endMs = startMs + eventType.lengthMinutes * MINUTE_MS;
    const wanted = heldFor(eventType, account, startMs, endMs);
    const facts = await this.ownFacts(eventType, { asked: start, startMs, endMs, hostZone }, wanted);
    const reasons = await this.reasons(facts, wanted, connection, context);
    return { ...answer, offered: reasons.length === 0, reasons };
  }

  /**
   * Why a booking of this start was refused, from the refusal and what is written down here: the provider, which has just
   * spoken, is not asked. Empty for a refusal that is not about the time.
   */
  async refused(refusal: string, { eventType, startMs, ownId, isTrusted }: RefusedStart): Promise<ShownReason[]> {
    const { hostZone, account } = await this.sources.place(eventType.companyId);
    const endMs = startMs + eventType.lengthMinutes * MINUTE_MS;
    const wanted = heldFor(eventType, account, startMs, endMs);
    const asked = { asked: formatInstant(startMs, hostZone), startMs, endMs, hostZone };
    const facts = await this.ownFacts(eventType, asked, wanted);
    const others = ownId === undefined ? facts : without(ownId, facts);
    return refusalReasons(refusal, others, wanted).map((reason) => shownReason(reason, isTrusted));
  }

  /** Undefined for the parent of a managed type, which nobody can book. */
  private async bookable(companyId: string, id: string): Promise<EventTypeRecord | undefined> {
    try {
      return await this.eventTypes.find(companyId, id);
    } catch (error) {
      if (error instanceof ApiError && error.details.reason === MANAGED_PARENT.code) return undefined;
      throw error;
    }
  }

  /** Before the provider is asked: a booking that ends in between is then missing there or known here, never neither. */
  private async ownFacts(
    eventType: EventTypeRecord,
    asked: Pick<ExplainFacts, 'asked' | 'startMs' | 'endMs' | 'hostZone'>,
    wanted: TimeClaim[],
  ): Promise<ExplainFacts> {
    const { startMs, endMs } = asked;
    const [account] = wanted.map((claim) => claim.account);
    const fromMs = Math.min(startMs, ...wanted.map((claim) => claim.fromMs ?? startMs));
    const toMs = Math.max(endMs, ...wanted.map((claim) => claim.toMs ?? endMs));
    const hosts = wanted.map(({ host }) => host);
    const claims = account ? await this.records.claims(eventType.companyId, account, hosts, fromMs, toMs) : [];
    const found = await this.records.booked(eventType, startMs, endMs);
    return { ...asked, eventType, nowMs: this.clock.now(), claims, booked: found };
  }

  private async reasons(
    facts: ExplainFacts,
    wanted: TimeClaim[],
    connection: Connection,
    context?: CallContext,
  ): Promise<Reason[]> {
    const { startMs, nowMs, hostZone } = facts;
    if (startMs < nowMs) {
      return [{ code: 'IN_THE_PAST', certainty: 'known', evidence: { now: formatInstant(nowMs, hostZone) } }];
    }
    const whole = await this.withProvider(facts, connection, context);
    // What the provider offers only a claim of ours can take back: the mirror may be older than its answer.
    if (offers(whole.seen, startMs)) return claimed(whole, wanted);
    const found = [...definedReasons(whole), ...claimed(whole, wanted), ...booked(whole), ...seatsTaken(whole)];
    if (whole.unreachable) return [...found, unreachableReason(whole)];
    return found.length > 0 ? found : leftOut(whole);
  }

  private async withProvider(
    facts: ExplainFacts,
    connection: Connection,
    context?: CallContext,
  ): Promise<ExplainFacts> {
    const whole = { ...facts };
    try {
      whole.seen = await this.sources.slots(facts.eventType, facts, context);
      if (!offers(whole.seen, facts.startMs)) {
        whole.schedule = await this.sources.schedule(facts.eventType, connection, context);
      }
    } catch (error) {
      whole.unreachable = unreachable(error);
    }
    return whole;
  }
}

function without(ownId: string, facts: ExplainFacts): ExplainFacts {
  const claims = facts.claims.filter(({ holdId, appointmentId }) => holdId !== ownId && appointmentId !== ownId);
  return { ...facts, claims, booked: facts.booked.filter(({ appointmentId }) => appointmentId !== ownId) };
}

const MANAGED_PARENT: Reason = { code: 'MANAGED_PARENT', certainty: 'known', evidence: { schedulingType: 'managed' } };

function unreachableReason({ unreachable: why, seen }: ExplainFacts): Reason {
  const { code, retryAfterSeconds } = why ?? {};
  return {
    code: 'PROVIDER_UNREACHABLE',
    certainty: 'known',
    evidence: { slotsSeen: seen !== undefined, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    confidential: { error: code },
  };
}
