import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice';
import { call } from './http';
import { isForNow, saysNo, type Told, toldBy, type Wish } from './journal';
import { type Salon, Starts } from './salon';

/** At once; it changes while the campaign runs. */
const CALLERS_MIN = 2;
const CALLERS_MAX = 6;
const TRIES_MAX = 12;
/** Front ends repeat a call after ten seconds. */
const PATIENCE_MS = 10_000;
const REPEAT_MS = 400;
/** Of a taken start somebody else may be in the middle of asking for it. */
const RECENT = 12;

/** Callers that book, repeat, move and cancel through whatever replica they meet, and remember what they were told. */
export class Load {
  readonly wishes: Wish[] = [];
  calls = 0;
  private readonly starts: Starts[];
  private readonly anyStarts = new Starts(60);
  private readonly recent: { salon: number; startMs: number }[] = [];
  private callers: Promise<void>[] = [];
  private allowed = CALLERS_MAX;
  private isOn = false;

  constructor(
    private readonly salons: Salon[],
    private readonly replicas: { name: string; url: string }[],
    private readonly dice: Dice,
    private readonly run: string,
  ) {
    this.starts = salons.map(() => new Starts());
  }

  start(): void {
    this.isOn = true;
    this.callers = Array.from({ length: CALLERS_MAX }, (_, place) => this.caller(place));
  }

  /** Lets every caller finish what it is at. */
  async stop(): Promise<void> {
    this.isOn = false;
    await Promise.all(this.callers);
  }

  private async caller(place: number): Promise<void> {
    while (this.isOn) {
      if (place === 0 && this.dice.chance(0.1)) this.allowed = this.dice.between(CALLERS_MIN, CALLERS_MAX);
      if (place >= this.allowed) await pause(200);
      else await this.visit();
    }
  }

  /** A booking with all that its caller does with it afterwards. */
  private async visit(): Promise<void> {
    const wish = this.wish();
    this.wishes.push(wish);
    await this.book(wish);
    for (let changes = 0; wish.expected === 'active' && changes < 3 && this.dice.chance(0.3); changes++) {
      await (this.dice.chance(0.5) ? this.move(wish) : this.cancel(wish));
    }
  }

  private wish(): Wish {
    const salon = this.dice.between(0, this.salons.length - 1);
    const { single, any } = this.salons[salon]!;
    const isAny = any !== undefined && this.dice.chance(0.3);
    const taken = this.dice.chance(0.1) && this.recent.length > 0 ? this.dice.one(this.recent) : undefined;
    const place = taken ?? { salon, startMs: (isAny ? this.anyStarts : this.starts[salon]!).fresh() };
    this.recent.push(place);
    if (this.recent.length > RECENT) this.recent.shift();
    const key = `${this.run}-${this.wishes.length}`;
    const email = `${key}@customer.example`;
    const attendee = { name: `Customer ${this.wishes.length}`, email, timeZone: 'Europe/Berlin' };
    const start = new Date(place.startMs).toISOString();
    const eventTypeId = isAny ? any : single;
    return { key, email, salon, body: { eventTypeId, start, attendee }, told: [], expected: 'open' };
  }

  private async book(wish: Wish): Promise<void> {
    const isDoubled = this.dice.chance(0.1);
    const tries = isDoubled ? [this.ask(wish), this.ask(wish)] : [this.ask(wish)];
    const ends = await Promise.all(tries);
    const yes = ends.find(({ status }) => status === 201);
    if (yes) {
      Object.assign(wish, { id: yes.id, expected: 'active', startMs: Date.parse(yes.start!) });
    } else if (ends.every(saysNo)) wish.expected = 'nothing';
  }

  /** Until there is an answer that decides, or patience ends; some hang up early. */
  private async ask(wish: Wish): Promise<Told> {
    const hangsUp = this.dice.chance(0.05);
    return this.repeat(wish, 'POST', '/api/bookings', wish.body, wish.key, hangsUp ? 1 : TRIES_MAX);
  }

  private async move(wish: Wish): Promise<void> {
    const isAny = (wish.body as any).eventTypeId === this.salons[wish.salon]!.any;
    const startMs = (isAny ? this.anyStarts : this.starts[wish.salon]!).fresh();
    const before = wish.told.length;
    const body = { start: new Date(startMs).toISOString() };
    const key = `${wish.key}-move-${before}`;
    const last = await this.repeat(wish, 'POST', `/api/bookings/${wish.id}/reschedule`, body, key, TRIES_MAX);
    const wasOpen = wish.told.slice(before).some(isForNow);
    if (last.status === 200) wish.startMs = startMs;
    else if (wasOpen) wish.startMs = undefined;
  }

  private async cancel(wish: Wish): Promise<void> {
    const before = wish.told.length;
    const key = `${wish.key}-cancel-${before}`;
    const last = await this.repeat(
      wish,
      'POST',
      `/api/bookings/${wish.id}/cancel`,
      { reason: 'chaos' },
      key,
      TRIES_MAX,
    );
    const wasOpen = wish.told.slice(before).some(isForNow);
    if (last.status === 200) wish.expected = 'cancelled';
    else if (wasOpen) wish.expected = 'open';
  }

  private async repeat(
    wish: Wish,
    method: string,
    path: string,
    body: object,
    key: string,
    most: number,
  ): Promise<Told> {
    for (let tries = 1; ; tries++) {
      const replica = this.dice.one(this.replicas);
      this.calls += 1;
      const answer = await call(method, replica.url + path, {
        key: this.salons[wish.salon]!.secretKey,
        body,
        headers: { 'idempotency-key': key, prefer: `wait=${this.dice.between(2, 8)}` },
        patienceMs: PATIENCE_MS,
      });
      const told = toldBy(answer, replica.name);
      wish.told.push(told);
      if (told.id && told.status < 300) wish.id ??= told.id;
      if (!isForNow(told) || tries >= most) return told;
      await pause(REPEAT_MS * Math.min(tries, 5));
    }
  }
}
