import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice';
import { call } from './http';
import { type Asked, isForNow, saysNo, type Told, toldBy, type Wish } from './journal';
import type { Salon } from './salon';
import { Wishes } from './wishes';

/** At once; it changes while the campaign runs. */
const CALLERS_MIN = 3;
const CALLERS_MAX = 9;
const TRIES_MAX = 12;
/** Front ends repeat a call after ten seconds. */
const PATIENCE_MS = 10_000;
const REPEAT_MS = 400;

/** One request, however often it is sent. */
interface Request {
  asked: Asked;
  path: string;
  body: object;
  key: string;
  /** How often it is sent at most. */
  most: number;
}

/** Callers that book, repeat, move and cancel through whatever replica they meet, and remember what they were told. */
export class Load {
  calls = 0;
  private readonly made: Wishes;
  private callers: Promise<void>[] = [];
  private allowed = CALLERS_MAX;
  private isOn = false;

  constructor(
    private readonly salons: Salon[],
    private readonly replicas: { name: string; url: string }[],
    private readonly dice: Dice,
    run: string,
  ) {
    this.made = new Wishes(salons, replicas, dice, run);
  }

  get wishes(): Wish[] {
    return this.made.all;
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
      else await this.customer();
    }
  }

  /** A booking with all that its caller does with it afterwards. */
  private async customer(): Promise<void> {
    const wish = await this.made.next();
    await this.book(wish);
    for (let changes = 0; wish.expected === 'active' && changes < 3 && this.dice.chance(0.3); changes++) {
      await (this.dice.chance(0.5) ? this.move(wish) : this.cancel(wish));
    }
  }

  private async book(wish: Wish): Promise<void> {
    const isDoubled = this.dice.chance(0.1);
    const tries = isDoubled ? [this.ask(wish), this.ask(wish)] : [this.ask(wish)];
    const ends = await Promise.all(tries);
    const yes = ends.find(({ status }) => status === 201);
    if (yes) {
      wish.expected = 'active';
      wish.id = yes.id!;
      isNowAt(wish, yes);
    } else if (ends.every(saysNo)) wish.expected = 'nothing';
  }

  /** Until there is an answer that decides, or patience ends; some hang up early. */
  private async ask(wish: Wish): Promise<Told> {
    const most = this.dice.chance(0.05) ? 1 : TRIES_MAX;
    const { path, body, key } = wish;
    return this.repeat(wish, { asked: 'book', path, body, key, most });
  }

  private async move(wish: Wish): Promise<void> {
    const before = wish.told.length;
    const key = `${wish.key}-move-${before}`;
    const { startMs, body } = await this.made.otherPlace(wish);
    const path = `${wish.path}/${wish.id}/reschedule`;
    const last = await this.repeat(wish, { asked: 'move', path, body, key, most: TRIES_MAX });
    const wasOpen = wish.told.slice(before).some(isForNow);
    if (last.status === 200) isNowAt(wish, last);
    else if (wasOpen) isSomewhere(wish, startMs);
  }

  private async cancel(wish: Wish): Promise<void> {
    const before = wish.told.length;
    const key = `${wish.key}-cancel-${before}`;
    const path = `${wish.path}/${wish.id}/cancel`;
    const body = { reason: 'chaos' };
    const last = await this.repeat(wish, { asked: 'cancel', path, body, key, most: TRIES_MAX });
    const wasOpen = wish.told.slice(before).some(isForNow);
    if (last.status === 200) wish.expected = 'cancelled';
    else if (wasOpen) wish.expected = 'open';
  }

  private async repeat(wish: Wish, { asked, path, body, key, most }: Request): Promise<Told> {
    for (let tries = 1; ; tries++) {
      const replica = this.dice.one(this.replicas);
      this.calls += 1;
      const answer = await call('POST', replica.url + path, {
        key: this.salons[wish.salon]!.secretKey,
        body,
        headers: { 'idempotency-key': key, prefer: `wait=${this.dice.between(2, 8)}` },
        patienceMs: PATIENCE_MS,
      });
      const told = toldBy(asked, answer, replica.name);
      wish.told.push(told);
      if (told.id && told.status < 300) wish.id ??= told.id;
      if (!isForNow(told) || tries >= most) return told;
      await pause(REPEAT_MS * Math.min(tries, 5));
    }
  }
}

function isNowAt(wish: Wish, { start, parts }: Told): void {
  wish.startMs = Date.parse(start!);
  delete wish.mayStartAt;
  if (parts) wish.parts = parts;
}

/** The move was not answered in the end: it is where it was, or there. */
function isSomewhere(wish: Wish, startMs: number): void {
  const before = wish.mayStartAt ?? (wish.startMs === undefined ? [] : [wish.startMs]);
  wish.mayStartAt = [...before, startMs];
  delete wish.startMs;
  delete wish.parts;
}
