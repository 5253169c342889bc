import type { Dice } from './dice';
import { call } from './http';
import type { Wish } from './journal';
import type { Salon } from './salon';
import type { Sold } from './sold';
import { Starts } from './starts';

/** Weeks apart, so that kinds of bookings meet only when they are meant to. */
const VISITS_FROM_WEEK = 30;
const ANY_FROM_WEEK = 60;
/** Of a taken start somebody else may be in the middle of asking for it. */
const RECENT = 12;
const TAKEN_SHARE = 0.1;
const ANY_SHARE = 0.3;
const VISITS_SHARE = 0.45;
/** Of visits: those that are exactly an option of composite availability. */
const OPTION_SHARE = 0.5;
const LOOKS_MAX = 3;
const DAY_MS = 86_400_000;

/** A time that is wished for, as a request names it. */
export interface Place {
  startMs: number;
  body: { start: string } | { optionId: string };
}

/** Makes up what callers want: single bookings and visits, mostly at times that nobody has asked for. */
export class Wishes {
  readonly all: Wish[] = [];
  private readonly singles: Starts[];
  private readonly visits: Starts[];
  private readonly any = Starts.everyQuarter(ANY_FROM_WEEK);
  private readonly recent: { salon: number; startMs: number }[] = [];

  constructor(
    private readonly salons: Salon[],
    private readonly replicas: { url: string }[],
    private readonly dice: Dice,
    private readonly run: string,
  ) {
    this.singles = salons.map(() => Starts.everyQuarter(0));
    this.visits = salons.map(() => Starts.ofVisits(VISITS_FROM_WEEK));
  }

  async next(): Promise<Wish> {
    const salon = this.dice.between(0, this.salons.length - 1);
    return this.dice.chance(VISITS_SHARE) ? this.visit(salon) : this.single(salon);
  }

  /** Another time for what is booked; now and then one that cannot be had. */
  async otherPlace({ salon, sold, body }: Wish): Promise<Place> {
    if (sold) return this.visitPlace(salon, sold, this.startMs(salon, this.visits[salon]!));
    const isAny = (body as { eventTypeId: string }).eventTypeId === this.salons[salon]!.any;
    return placeAt(this.startMs(salon, isAny ? this.any : this.singles[salon]!));
  }

  private single(salon: number): Wish {
    const { single, any } = this.salons[salon]!;
    const isAny = any !== undefined && this.dice.chance(ANY_SHARE);
    const startMs = this.startMs(salon, isAny ? this.any : this.singles[salon]!);
    const { attendee, ...wish } = this.begun(salon);
    const body = { eventTypeId: isAny ? any : single, attendee, ...placeAt(startMs).body };
    return this.kept({ ...wish, path: '/api/bookings', body });
  }

  private async visit(salon: number): Promise<Wish> {
    const sold = this.dice.one(this.salons[salon]!.visits);
    const place = await this.visitPlace(salon, sold, this.startMs(salon, this.visits[salon]!));
    const { attendee, ...wish } = this.begun(salon);
    const body = { serviceId: sold.id, customer: attendee, ...place.body };
    return this.kept({ ...wish, path: '/api/composite-bookings', body, sold });
  }

  private kept(wish: Wish): Wish {
    this.all.push(wish);
    return wish;
  }

  private begun(salon: number) {
    const key = `${this.run}-${this.all.length}`;
    const email = `${key}@customer.example`;
    const attendee = { name: `Customer ${this.all.length}`, email, timeZone: 'Europe/Berlin' };
    return { key, email, salon, attendee, told: [], expected: 'open' as const };
  }

  /** Fresh, or one that was asked for a moment ago, of whatever kind. */
  private startMs(salon: number, starts: Starts): number {
    const near = this.recent.filter((other) => other.salon === salon);
    const isTaken = this.dice.chance(TAKEN_SHARE) && near.length > 0;
    const startMs = isTaken ? this.dice.one(near).startMs : starts.fresh();
    this.recent.push({ salon, startMs });
    if (this.recent.length > RECENT * this.salons.length) this.recent.shift();
    return startMs;
  }

  /** Half of them by an option, as long as somebody tells of one. */
  private async visitPlace(salon: number, sold: Sold, startMs: number): Promise<Place> {
    if (!this.dice.chance(OPTION_SHARE)) return placeAt(startMs);
    const options = await this.options(salon, sold, startMs);
    if (options.length === 0) return placeAt(startMs);
    const { optionId, start } = this.dice.one(options);
    return { startMs: Date.parse(start), body: { optionId } };
  }

  private async options(salon: number, { id }: Sold, startMs: number): Promise<{ optionId: string; start: string }[]> {
    const query = new URLSearchParams({
      start: new Date(startMs).toISOString(),
      end: new Date(startMs + DAY_MS / 24).toISOString(),
      limit: '10',
    });
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      const url = `${this.dice.one(this.replicas).url}/api/services/${id}/composite-availability?${query}`;
      const { status, body } = await call('GET', url, { key: this.salons[salon]!.secretKey, patienceMs: 5_000 });
      if (status === 200) return body.options;
    }
    return [];
  }
}

function placeAt(startMs: number): Place {
  return { startMs, body: { start: new Date(startMs).toISOString() } };
}
