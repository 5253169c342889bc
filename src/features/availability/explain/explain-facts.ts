import type { EpochMs, Schedule, Slot } from '../../../scheduling/words';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { BookedTime, ClaimedTime } from './explain-records.repository';

/** Why the provider could not be asked. */
export interface Unreachable {
  code: 'UNAVAILABLE' | 'RATE_LIMITED' | 'AUTHENTICATION_FAILED';
  retryAfterSeconds?: number;
}

/** Free starts around the asked one, as the provider has them now: whole days of the host. */
export interface SeenSlots {
  slots: Slot[];
  fromMs: EpochMs;
  toMs: EpochMs;
}

/** What can be found out about one start of one event type. */
export interface ExplainFacts {
  eventType: EventTypeRecord;
  /** As the caller wrote it. */
  asked: string;
  startMs: EpochMs;
  endMs: EpochMs;
  nowMs: EpochMs;
  hostZone: string;
  claims: ClaimedTime[];
  /** Bookings that are near and may take up the host's time. */
  booked: BookedTime[];
  /** Absent where the provider was not asked, or did not answer. */
  seen?: SeenSlots;
  /** The host's hours, where it is known whose they are. */
  schedule?: Schedule;
  unreachable?: Unreachable;
}
