import { isDeepStrictEqual } from 'node:util';
import { errorFromAnswer } from '../../../src/providers/calcom-v2/errors';
import type { OperationName } from '../../../src/providers/calcom-v2/operations';
import type { PreparedWrite } from '../../../src/scheduling/prepared-write';
import { SchedulingError } from '../../../src/scheduling/scheduling-error';
import type { BookingFilter, BookingRequest, ProviderBooking, RescheduleRequest } from '../../../src/scheduling/words';
import { type Call, DEADLINE_MS, msOf, NEW_START_MS, OLD_START_MS, type PlannedBooking } from './situation';
import type { Trial } from './trial';

/** The process ends here, as by kill -9. */
export class Killed extends Error {}

/** How a write may end. `later`: it may still take effect once the caller has given up waiting. */
const ENDS = [
  'done',
  'refused',
  '4xx',
  '429',
  '5xx before the effect',
  '5xx after the effect',
  'time-out without effect',
  'time-out, effect later',
  'cut after the effect',
  'cut, effect later',
  'not sent',
  'killed, effect later',
  'killed after the effect',
] as const;
type End = (typeof ENDS)[number];

const ANSWERS: Partial<Record<End, { status: number; message: string }>> = {
  refused: { status: 409, message: 'User either already has booking at this time or is not available' },
  '4xx': { status: 400, message: 'no' },
  '429': { status: 429, message: 'Too Many Requests' },
  '5xx before the effect': { status: 503, message: 'Service Unavailable' },
  '5xx after the effect': { status: 500, message: 'Internal Server Error' },
};

/** Cal.com as the port shows it. It does whatever it is asked to, and answers as the choices say. */
export class PlannedProvider {
  constructor(private readonly trial: Trial) {}

  readonly prepare = {
    book: ({ ref }: BookingRequest) =>
      this.prepared('bookings.create', () => ({ does: 'book', ref, step: this.stepOf(ref) })),
    reschedule: ({ uid, startMs }: RescheduleRequest) =>
      this.prepared('bookings.reschedule', () => {
        const does = startMs === OLD_START_MS ? 'move back' : 'move';
        return { does, uid, step: this.bookingOf(uid).step };
      }),
    confirm: (uid: string) =>
      this.prepared('bookings.confirm', () => ({ does: 'confirm', uid, step: this.bookingOf(uid).step })),
    cancel: (uid: string) => Promise.resolve({ release: () => undefined, send: () => this.cancel(uid) }),
  };

  async getBooking(uid: string): Promise<ProviderBooking> {
    return this.read(() => this.shown(this.bookingOf(uid)));
  }

  async findByRef(ref: string): Promise<ProviderBooking | undefined> {
    return this.read(() => {
      const booking = this.trial.now.bookings.find((one) => one.ref === ref && one.fromUid === undefined);
      return booking && this.shown(booking);
    });
  }

  async listBookings({ afterStartMs }: BookingFilter): Promise<{ items: ProviderBooking[] }> {
    const all = (): ProviderBooking[] => this.trial.now.bookings.map((booking) => this.shown(booking));
    return this.read(() => ({ items: all().filter(({ startMs }) => startMs >= afterStartMs!) }));
  }

  private async prepared(
    operation: OperationName,
    about: () => Omit<Call, 'sentAt'>,
  ): Promise<PreparedWrite<ProviderBooking>> {
    const { trial } = this;
    const way = trial.pick(['at once', 'after a while', 'no permit']);
    if (way === 'no permit') throw new SchedulingError('RATE_LIMITED', 'no permit in time');
    if (way === 'after a while') trial.tick();
    return {
      release: () => undefined,
      send: async () => this.sent(operation, { ...about(), sentAt: trial.now.clock } as Call),
    };
  }

  private sent(operation: OperationName, call: Call): ProviderBooking {
    const refusal = this.refusalOf(operation, call);
    const end = this.trial.pick(refusal ? (['not sent', '4xx'] as const) : ENDS);
    if (end === 'not sent') throw new SchedulingError('NOT_SENT', 'the intent is too old');
    this.note(call);
    if (refusal) throw refusal;
    if (end.endsWith('effect later')) this.leaves(call);
    const booking = end === 'done' || end.endsWith('after the effect') ? this.takeEffect(call) : undefined;
    if (end === 'done') return this.shown(booking!);
    if (end.startsWith('killed')) throw new Killed();
    this.heed(call, end);
    const answer = ANSWERS[end];
    if (!answer) throw new SchedulingError('OUTCOME_UNKNOWN', end);
    throw answered(operation, answer);
  }

  /** What servers do not do twice. */
  private refusalOf(operation: OperationName, call: Call): SchedulingError | undefined {
    if (call.does === 'book') return undefined;
    const { status, toUid } = this.bookingOf(call.uid);
    const refuse = (message: string): SchedulingError => answered(operation, { status: 400, message });
    if (call.does === 'confirm') return status === 'accepted' ? refuse('Booking already confirmed') : undefined;
    if (status !== 'cancelled' || (toUid && this.trial.plan.isOldServer)) return undefined;
    return refuse(toUid ? `rescheduled already to booking with uid=${toUid}` : 'because it has been cancelled.');
  }

  /** Asked for twice at the same time a confirmation is still one. */
  private leaves(call: Call): void {
    const others = this.trial.now.calls.filter((one) => !isDeepStrictEqual(one, call));
    this.trial.change(() => ({ calls: [...others, call] }));
  }

  private note(call: Call): void {
    const { now } = this.trial;
    const name = call.does === 'book' ? call.ref : `${call.does} ${call.uid}`;
    const isForward = now.state.status === 'running';
    if (isForward && msOf(now.clock) >= DEADLINE_MS) this.trial.breaks('sent after the deadline');
    // Asking for a confirmation again is harmless; so is a move back of which it is known that it did not happen.
    const isOnce = call.does === 'book' ? now.sent.includes(name) : this.isUnderWay(call);
    if (isOnce) this.trial.breaks('sent again what may still take effect');
    this.trial.change(({ sent }) => ({ sent: call.does === 'book' ? [...sent, name] : sent }));
  }

  private isUnderWay(call: Call): boolean {
    return (
      call.does !== 'confirm' && this.trial.now.calls.some(({ does, step }) => does === call.does && step === call.step)
    );
  }

  takeEffect(call: Call): PlannedBooking {
    const { trial } = this;
    const uid = `b${trial.now.bookings.length}`;
    const isConfirmed = !trial.plan.kinds[call.step]!.endsWith('confirm');
    const made = { uid, step: call.step, status: isConfirmed ? 'accepted' : 'pending' } as const;
    if (call.does === 'book') return this.add({ ...made, ref: call.ref, isMoved: true });
    const former = this.bookingOf(call.uid);
    if (call.does === 'confirm') return this.put({ ...former, status: 'accepted' });
    this.put({ ...former, status: 'cancelled', toUid: uid });
    return this.add({ ...made, ref: former.ref, isMoved: call.does === 'move', fromUid: former.uid });
  }

  /** A no to the confirmation of what is back where it was is the last word about it. */
  private heed(call: Call, end: End): void {
    if (call.does !== 'confirm' || !['4xx', 'refused'].includes(end)) return;
    const booking = this.bookingOf(call.uid);
    if (!booking.isMoved) this.put({ ...booking, isDenied: true });
  }

  private async cancel(uid: string): Promise<void> {
    const { trial } = this;
    if (this.bookingOf(uid).status === 'cancelled') {
      if (trial.pick(['done', 'unknown']) === 'unknown') throw new SchedulingError('OUTCOME_UNKNOWN', '503');
      return;
    }
    const ways = [
      'done',
      'refused for good',
      '429',
      '5xx before',
      '5xx after',
      'time-out, later',
      'killed after',
    ] as const;
    const way = trial.pick(ways);
    if (way === 'refused for good')
      throw answered('bookings.cancel', { status: 400, message: 'This event type does not allow cancellations' });
    if (way === '429') throw answered('bookings.cancel', { status: 429, message: '' });
    if (way === 'done' || way.endsWith('after')) this.put({ ...this.bookingOf(uid), status: 'cancelled' });
    if (way === 'killed after') throw new Killed();
    if (way !== 'done') throw new SchedulingError('OUTCOME_UNKNOWN', way);
  }

  private read<T>(look: () => T): T {
    // Whoever is killed here is killed before the commit of what was read.
    const way = this.trial.pick(['well', 'slow', '503']);
    if (way === '503') throw new SchedulingError('UNAVAILABLE', '503');
    const seen = look();
    if (way === 'slow') this.trial.tick();
    return seen;
  }

  private stepOf(ref: string): number {
    return this.trial.saga.plan.findIndex((step) => step.ref === ref);
  }

  private bookingOf(uid: string): PlannedBooking {
    const booking = this.trial.now.bookings.find((one) => one.uid === uid);
    if (!booking) throw new SchedulingError('BOOKING_NOT_FOUND', uid);
    return booking;
  }

  private add(booking: PlannedBooking): PlannedBooking {
    this.trial.change(({ bookings }) => ({ bookings: [...bookings, booking] }));
    return booking;
  }

  private put(booking: PlannedBooking): PlannedBooking {
    this.trial.change(({ bookings }) => ({
      bookings: bookings.map((one) => (one.uid === booking.uid ? booking : one)),
    }));
    return booking;
  }

  private shown({ uid, ref, isMoved, status, fromUid, toUid }: PlannedBooking): ProviderBooking {
    const startMs = isMoved ? NEW_START_MS : OLD_START_MS;
    const toIsShown = toUid !== undefined && !this.trial.plan.isOldServer;
    return {
      ...({ uid, ref, status, startMs, hosts: [] } as unknown as ProviderBooking),
      ...(fromUid && { rescheduledFromUid: fromUid }),
      ...(toIsShown && { rescheduledToUid: toUid }),
    };
  }
}

/** By the rules that tell what Cal.com's answers mean. */
function answered(operation: OperationName, { status, message }: { status: number; message: string }): SchedulingError {
  return errorFromAnswer(operation, { status, headers: {}, body: { status: 'error', error: { message } } });
}
