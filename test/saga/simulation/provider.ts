import { type Moment, INTENT_AGE_MAX_MS } from '../../../src/scheduling/prepared-write';
import { SchedulingError } from '../../../src/scheduling/scheduling-error';
import type { Chance } from './chance';
import type { VirtualTime } from './virtual-time';

/** The promise that the protocol relies on: no request takes effect later than that after it was sent. */
export const SETTLE_MS = 90_000;
const CALL_TIMEOUT_MS = 12_000;

export interface SimulatedBooking {
  uid: string;
  ref: string;
  step: number;
  isActive: boolean;
  /** As its host has decided; whoever cancels it does not change that. */
  isConfirmed: boolean;
  readonly status: 'accepted' | 'pending' | 'cancelled';
  /** Whether nobody else has claimed the host whom it names. */
  isHostFree: boolean;
}

/** How well the provider behaves; probabilities and weights. */
export interface Manners {
  /** Refuses for good to cancel some bookings. */
  stubborn: boolean;
  /** Effects after the settle window. */
  lateAfterAll: number;
  /** Hosts have to confirm what is booked. */
  confirms: boolean;
}

type Outcome = 'well' | 'refused' | 'cut' | 'slow' | 'error' | 'error-after-effect' | 'late' | 'last-moment';

const OUTCOMES: Record<Outcome, number> = {
  well: 74,
  refused: 4,
  cut: 6,
  slow: 2,
  error: 4,
  'error-after-effect': 4,
  late: 4,
  'last-moment': 2,
};

/** A provider that books whatever it is asked to, twice when asked twice, and answers as it likes. */
export class SimulatedProvider {
  readonly bookings: SimulatedBooking[] = [];
  readonly posts: { ref: string; atMs: number }[] = [];
  looks = 0;
  lateEffects = 0;
  revivals = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    private readonly manners: Manners,
    private readonly onEffect: (booking: SimulatedBooking, isLate: boolean) => void,
  ) {}

  /** Permit and connection: mostly at once, at times after seconds in the queue of the key. */
  async prepare(): Promise<void> {
    await this.time.elapse(this.chance.is(0.05) ? this.chance.between(500, 10_000) : this.chance.between(0, 50));
    if (this.chance.is(0.01)) throw new SchedulingError('RATE_LIMITED', 'no permit in time');
  }

  async book(ref: string, step: number, intentAt: Moment): Promise<SimulatedBooking> {
    // Between the record and the socket nothing waits; a freeze may fall into it all the same.
    await this.time.elapse(this.chance.between(0, 5));
    if (intentAt.age() > INTENT_AGE_MAX_MS || this.chance.is(0.01))
      throw new SchedulingError('NOT_SENT', 'the intent is too old, or the connection has closed');
    this.posts.push({ ref, atMs: this.time.nowMs });
    return this.answer(ref, step);
  }

  /** Whatever it is that is confirmed: also what was cancelled before. */
  async confirm(uid: string, intentAt: Moment): Promise<SimulatedBooking> {
    await this.time.elapse(this.chance.between(0, 5));
    if (intentAt.age() > INTENT_AGE_MAX_MS) throw new SchedulingError('NOT_SENT', 'the intent is too old');
    const booking = this.bookings.find((candidate) => candidate.uid === uid)!;
    const way = this.chance.pick({ well: 75, cut: 10, error: 9, late: 6 });
    const effectMs = way === 'late' ? this.chance.between(0, SETTLE_MS) : this.chance.between(20, 500);
    if (way !== 'error') this.time.at(this.time.nowMs + effectMs, () => this.confirmed(booking));
    await this.time.elapse(this.chance.between(500, 2_000));
    if (way !== 'well') throw new SchedulingError('OUTCOME_UNKNOWN', way);
    return booking;
  }

  private confirmed(booking: SimulatedBooking): void {
    const isRevived = !booking.isActive;
    booking.isActive = booking.isConfirmed = true;
    if (isRevived) this.revivals++;
    if (isRevived) this.onEffect(booking, false);
  }

  async revived(uid: string): Promise<SimulatedBooking | undefined> {
    const booking = await this.read(uid);
    return booking.isActive ? booking : undefined;
  }

  async find(ref: string): Promise<SimulatedBooking | undefined> {
    this.looks++;
    await this.time.elapse(this.chance.between(20, 300));
    if (this.chance.is(0.1)) throw new SchedulingError('UNAVAILABLE', '503');
    const found = this.bookings.find((booking) => booking.ref === ref);
    await this.time.elapse(this.chance.between(20, 3_000));
    return found;
  }

  async cancel(uid: string): Promise<void> {
    await this.time.elapse(this.chance.between(20, 500));
    const way = this.chance.pick({ well: 75, cut: 10, error: 14, refused: this.manners.stubborn ? 1 : 0 });
    if (way === 'refused') throw new SchedulingError('REFUSED', 'cancelling is disabled');
    const booking = this.bookings.find((candidate) => candidate.uid === uid);
    if (way !== 'error' && booking) booking.isActive = false;
    await this.time.elapse(this.chance.between(20, 2_000));
    if (way !== 'well') throw new SchedulingError('OUTCOME_UNKNOWN', way);
  }

  async read(uid: string): Promise<SimulatedBooking> {
    await this.time.elapse(this.chance.between(20, 300));
    if (this.chance.is(0.05)) throw new SchedulingError('UNAVAILABLE', '503');
    return this.bookings.find((booking) => booking.uid === uid)!;
  }

  private async answer(ref: string, step: number): Promise<SimulatedBooking> {
    const outcome = this.chance.is(this.manners.lateAfterAll) ? 'too-late' : this.chance.pick(OUTCOMES);
    const tookMs = this.chance.between(200, 5_000);
    switch (outcome) {
      case 'well':
        return this.answerAfter(ref, step, tookMs);
      case 'slow':
        return this.answerAfter(ref, step, this.chance.between(8_000, CALL_TIMEOUT_MS));
      case 'refused':
        await this.time.elapse(tookMs);
        throw new SchedulingError('SLOT_UNAVAILABLE', '409');
      case 'error':
        await this.time.elapse(tookMs);
        throw new SchedulingError('OUTCOME_UNKNOWN', '500');
      case 'cut':
      case 'error-after-effect':
        this.effectAfter(ref, step, tookMs * this.chance.next());
        await this.time.elapse(tookMs);
        throw new SchedulingError('OUTCOME_UNKNOWN', outcome);
      default:
        return this.noAnswer(ref, step, this.effectWithin(outcome));
    }
  }

  private effectWithin(outcome: 'late' | 'last-moment' | 'too-late'): number {
    if (outcome === 'last-moment') return SETTLE_MS;
    return outcome === 'late' ? this.chance.between(0, SETTLE_MS) : SETTLE_MS + this.chance.between(5_000, 600_000);
  }

  private async answerAfter(ref: string, step: number, ms: number): Promise<SimulatedBooking> {
    const made = this.effectAfter(ref, step, ms * this.chance.next());
    await this.time.elapse(ms);
    return made;
  }

  private async noAnswer(ref: string, step: number, effectMs: number): Promise<never> {
    this.effectAfter(ref, step, effectMs);
    await this.time.elapse(this.chance.is(0.5) ? CALL_TIMEOUT_MS : this.chance.between(10, CALL_TIMEOUT_MS));
    throw new SchedulingError('OUTCOME_UNKNOWN', 'no answer');
  }

  private effectAfter(ref: string, step: number, ms: number): SimulatedBooking {
    const isLate = ms > SETTLE_MS;
    const isHostFree = this.chance.is(0.98);
    const booking = {
      ...{ uid: `uid of ${ref}`, ref, step, isActive: false, isHostFree, isConfirmed: !this.manners.confirms },
      get status() {
        if (!this.isActive) return 'cancelled';
        return this.isConfirmed ? 'accepted' : 'pending';
      },
    } as const as SimulatedBooking;
    this.time.at(this.time.nowMs + ms, () => {
      booking.isActive = true;
      this.bookings.push(booking);
      if (isLate) this.lateEffects++;
      this.onEffect(booking, isLate);
    });
    return booking;
  }
}
