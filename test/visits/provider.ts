import { type Moment, type PreparedWrite } from '../../src/scheduling/prepared-write';
import { type RefusalReason, SchedulingError } from '../../src/scheduling/scheduling-error';
import type { BookingFilter, BookingRequest, ProviderBooking, RescheduleRequest } from '../../src/scheduling/words';
import type { WebhookEffect, WebhookNotice } from '../../src/scheduling/webhook-reader';
import type { VirtualTime } from '../saga/simulation/virtual-time';
import { type ImaginedSalon, MINUTE_MS } from './salon';

/** No call takes effect later than that after it was sent. */
export const SETTLE_MS = 20_000;

export const WRITE_FATES = [
  'well',
  'conflict',
  'refused for good',
  'lost before',
  'lost after',
  'late',
  'unavailable',
  'not sent',
] as const;
export type WriteFate = (typeof WRITE_FATES)[number];
export const WEBHOOK_FATES = ['at once', 'late', 'twice', 'lost'] as const;
export type WebhookFate = (typeof WEBHOOK_FATES)[number];

/** What becomes of calls and webhooks, in the order in which they are made; all is well once it is used up. */
export interface Weather {
  writes: WriteFate[];
  webhooks: WebhookFate[];
}

export interface Held extends ProviderBooking {
  eventTypeId: string;
  email: string;
  /** Who put it where it is, or cancelled it. */
  by: 'us' | 'host';
}

export function isLive({ status }: Pick<Held, 'status'>): boolean {
  return status === 'accepted' || status === 'pending';
}

/** Cal.com as the port shows it: bookings that do not overlap for one host, and webhooks that may get lost. */
export class ImaginedProvider {
  readonly bookings = new Map<string, Held>();
  lateEffects = 0;
  private made = 0;
  private writes = 0;
  private told = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly salon: ImaginedSalon,
    private readonly weather: Weather,
    private readonly deliver: (notice: WebhookNotice) => void,
  ) {}

  readonly prepare = {
    book: (request: BookingRequest) => this.prepared(() => this.book(request)),
    reschedule: ({ uid, startMs }: RescheduleRequest) => this.prepared(() => this.move(uid, startMs, 'us')),
    confirm: (uid: string) => this.prepared(() => this.confirm(uid)),
    cancel: (uid: string) => this.prepared(() => this.cancel(uid, 'us')),
  };

  async getBooking(uid: string): Promise<ProviderBooking> {
    await this.time.elapse(50);
    return { ...this.bookingOf(uid) };
  }

  async findByRef(ref: string): Promise<ProviderBooking | undefined> {
    await this.time.elapse(50);
    const found = [...this.bookings.values()].find((each) => each.ref === ref && each.rescheduledFromUid === undefined);
    return found && { ...found };
  }

  async listBookings({ afterStartMs }: BookingFilter): Promise<{ items: ProviderBooking[] }> {
    await this.time.elapse(50);
    return { items: [...this.bookings.values()].filter(({ startMs }) => startMs >= afterStartMs!) };
  }

  /** Everything goes well from now on. */
  clearUp(): void {
    this.weather.writes.length = 0;
    this.weather.webhooks.length = 0;
  }

  /** As a host does it at the provider: to a pending booking she says no. */
  hostCancels(uid: string): void {
    const { status } = this.bookingOf(uid);
    if (status === 'pending') this.put({ ...this.bookingOf(uid), status: 'rejected', by: 'host' }, 'rejected');
    else if (status === 'accepted') this.cancel(uid, 'host');
  }

  /** A booking that was cancelled stands again, where its time is still free; everybody hears of it. */
  hostRevives(uid: string): void {
    const booking = this.bookingOf(uid);
    const isOver = booking.status === 'cancelled' && booking.rescheduledToUid === undefined;
    if (!isOver || !this.isFree(booking.eventTypeId, booking.startMs)) return;
    this.put({ ...booking, status: 'accepted', by: 'host' }, 'created', 'at once');
  }

  hostMoves(uid: string, minutes: number): void {
    const booking = this.bookingOf(uid);
    const startMs = booking.startMs + minutes * MINUTE_MS;
    if (isLive(booking) && this.isFree(booking.eventTypeId, startMs, uid)) this.move(uid, startMs, 'host');
  }

  private async prepared(effect: () => Held): Promise<PreparedWrite<ProviderBooking>> {
    await this.time.elapse(20);
    return { release: () => undefined, send: (_?: Moment) => this.send(effect) };
  }

  private async send(effect: () => Held): Promise<ProviderBooking> {
    const fate = this.weather.writes[this.writes++] ?? 'well';
    if (fate === 'not sent') throw new SchedulingError('NOT_SENT', fate);
    await this.time.elapse(200);
    if (fate === 'unavailable') throw new SchedulingError('UNAVAILABLE', fate);
    if (fate === 'conflict') throw new SchedulingError('SLOT_UNAVAILABLE', fate);
    if (fate === 'refused for good') throw refusal('OTHER');
    if (fate === 'late') this.time.at(this.time.nowMs + this.lateness(), () => this.tooLate(effect));
    const made = fate === 'well' || fate === 'lost after' ? effect() : undefined;
    await this.time.elapse(300);
    if (fate === 'well') return { ...made! };
    throw new SchedulingError('OUTCOME_UNKNOWN', fate);
  }

  private lateness(): number {
    return 1_000 + ((this.writes * 7_919) % (SETTLE_MS - 2_000));
  }

  private tooLate(effect: () => Held): void {
    try {
      effect();
      this.lateEffects++;
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
    }
  }

  private book({ eventTypeId, startMs, ref, deploymentId, attendee }: BookingRequest): Held {
    if (!this.isFree(eventTypeId, startMs)) throw new SchedulingError('SLOT_UNAVAILABLE', 'taken');
    const { record, host } = this.salon.types.get(eventTypeId)!;
    const isAsked = record.definition.requiresConfirmation;
    const booking = {
      ...{ ref, deploymentId, eventTypeId, startMs, by: 'us', email: attendee.email! },
      uid: `uid ${this.made}`,
      id: String(this.made++),
      status: isAsked ? 'pending' : 'accepted',
      endMs: startMs + record.lengthMinutes * MINUTE_MS,
      ...{ title: '', attendees: [], guests: [], metadata: {}, hostAbsent: false },
      hosts: [{ id: host, name: host }],
    } as Held;
    return this.put(booking, isAsked ? 'requested' : 'created');
  }

  private move(uid: string, startMs: number, by: Held['by']): Held {
    const former = this.bookingOf(uid);
    if (former.rescheduledToUid !== undefined) throw refusal('ALREADY_RESCHEDULED');
    if (!isLive(former)) throw refusal('ALREADY_CANCELLED');
    if (!this.isFree(former.eventTypeId, startMs, uid)) throw new SchedulingError('SLOT_UNAVAILABLE', 'taken');
    const next = `uid ${this.made++}`;
    this.bookings.set(uid, {
      ...former,
      by,
      status: 'cancelled',
      rescheduledToUid: next,
      updatedAtMs: this.time.nowMs,
    });
    const endMs = startMs + former.endMs - former.startMs;
    const isAsked = this.salon.types.get(former.eventTypeId)!.record.definition.requiresConfirmation && by === 'us';
    const status = isAsked ? 'pending' : 'accepted';
    return this.put({ ...former, uid: next, rescheduledFromUid: uid, startMs, endMs, by, status }, 'rescheduled');
  }

  private confirm(uid: string): Held {
    const booking = this.bookingOf(uid);
    if (booking.status === 'accepted') throw refusal('ALREADY_CONFIRMED');
    // Cal.com brings back to life what is over. Left out: that a yes which is late by seconds undoes what the host has
    // decided meanwhile, for then nobody could tell which of the two is meant.
    if (booking.by === 'host') throw refusal('ALREADY_RESCHEDULED');
    return this.put({ ...booking, status: 'accepted', by: 'us' }, 'created');
  }

  /** The port calls it a success when it is cancelled already. */
  private cancel(uid: string, by: Held['by']): Held {
    const booking = this.bookingOf(uid);
    if (!isLive(booking)) return booking;
    return this.put({ ...booking, status: 'cancelled', by, cancellationReason: 'cancelled' }, 'cancelled');
  }

  private isFree(eventTypeId: string, startMs: number, exceptUid?: string): boolean {
    const { record, host } = this.salon.types.get(eventTypeId)!;
    const endMs = startMs + record.lengthMinutes * MINUTE_MS;
    return [...this.bookings.values()].every((each) => {
      const isOthers = each.hosts[0]!.id !== host || each.uid === exceptUid || !isLive(each);
      return isOthers || each.endMs <= startMs || endMs <= each.startMs;
    });
  }

  private put(booking: Held, effect: WebhookEffect, fate = this.nextFate()): Held {
    const held = { ...booking, updatedAtMs: this.time.nowMs };
    this.bookings.set(held.uid, held);
    this.tell(held, effect, fate);
    return held;
  }

  private nextFate(): WebhookFate {
    return this.weather.webhooks[this.told++] ?? 'at once';
  }

  private tell(
    { uid, status, startMs, ref, rescheduledFromUid }: Held,
    effect: WebhookEffect,
    fate: WebhookFate,
  ): void {
    const moved = effect === 'rescheduled' && rescheduledFromUid !== undefined;
    const notice = {
      ...{ trigger: effect, effect, uid, status, startMs, metadata: {} },
      ...(moved ? { previousUid: rescheduledFromUid } : {}),
      ...(ref === undefined ? {} : { ref }),
    } as WebhookNotice;
    if (fate === 'at once' || fate === 'twice') this.time.at(this.time.nowMs, () => this.deliver(notice));
    if (fate === 'late' || fate === 'twice') this.time.at(this.time.nowMs + 7_000, () => this.deliver(notice));
  }

  private bookingOf(uid: string): Held {
    const booking = this.bookings.get(uid);
    if (!booking) throw new SchedulingError('BOOKING_NOT_FOUND', uid);
    return booking;
  }
}

function refusal(reason: RefusalReason): SchedulingError {
  return new SchedulingError('REFUSED', reason, { reason });
}
