import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, call, made } from '../chaos/http';
import { type CrashCase, nameOf } from './cases';
import type { Salon } from './salon';
import { type Before, type End, endOf, faultsOf, isNo, isYes, liesOf, type Seen } from './verdict';
import type { Victim } from './victim';
import type { World } from './world';

/** The longest deadline is 29 s; then what was given up settles, with a back-off in between. */
const DEATH_MS = 45_000;
const REST_MS = 90_000;
const FINAL_MS = 60_000;
const LOOK_MS = 200;
/** For a process that has told its outcome to pass its last place. */
const LAST_STEP_MS = 1_000;
/** Far away, or so near that segments move to where others are. */
const MOVES_MS = [3 * 3_600_000, 15 * 60_000];

export interface Result {
  crash: CrashCase;
  /** Whether the process ended where it was meant to. */
  isHit: boolean;
  end: End;
  /** What was told in the end: `201`, or the code of a refusal. */
  told: string;
  /** From the end of the process to rest. */
  restMs: number;
  violations: string[];
}

/** One case: a process is made to end while it works on a visit, another one ends it, and everybody is asked. */
export class Trial {
  private readonly email: string;
  private readonly key = randomUUID();
  private readonly startMs: number;
  private readonly byMs: number;
  private visitId: string | undefined;
  private before: Before;
  private readonly violations: string[] = [];

  constructor(
    private readonly world: World,
    private readonly salon: Salon,
    private readonly crash: CrashCase,
    private readonly index: number,
  ) {
    this.email = `case-${index}@customer.example`;
    this.startMs = salon.freshStart();
    this.byMs = MOVES_MS[index % MOVES_MS.length]!;
  }

  async run(): Promise<Result> {
    const { crash, world, salon } = this;
    const victim = await world.victim(`${crash.place}:${crash.pass}`);
    try {
      await this.prepare();
      await salon.order(crash.faults);
      const { told, isHit } = await this.strike(victim);
      const began = Date.now();
      const soon = this.index % 2 ? await this.ask(world.survivor, 1) : undefined;
      await this.rest();
      const restMs = Date.now() - began;
      const seen = await this.seen();
      this.note(...faultsOf(crash, seen, this.before));
      for (const answer of [told, soon]) if (answer) this.note(...liesOf(crash, answer, seen, this.before));
      await salon.forgetOrders();
      const last = await this.repeat(seen);
      return { crash, isHit, restMs, told: last, end: endOf(crash, seen, this.before), violations: this.violations };
    } finally {
      await victim.kill();
      await salon.forgetOrders();
    }
  }

  /** Once more, when all other cases have ended: nothing may have come or gone. */
  async stillHolds(): Promise<void> {
    this.note(...faultsOf(this.crash, await this.seen(), this.before).map((fault) => `later ${fault}`));
  }

  /** A change needs a visit. */
  private async prepare(): Promise<void> {
    if (this.crash.what === 'book') return;
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=20' };
    const url = `${this.world.survivor}/api/composite-bookings`;
    const order = { key: this.salon.secretKey, headers, body: this.booking(), patienceMs: 60_000 };
    // On a crowded machine a read may take too long; nobody has ordered a fault yet.
    for (const deadline = Date.now() + FINAL_MS; this.visitId === undefined; await pause(LOOK_MS)) {
      const { status, body } = await call('POST', url, order);
      if (status === 201) this.visitId = body.id;
      else if (Date.now() > deadline) throw new Error(`no visit to begin with: ${status} ${JSON.stringify(body)}`);
    }
    this.before = { starts: (await this.seen()).live, byMs: this.byMs };
  }

  private booking(): object {
    const customer = { name: 'Eva Brandt', email: this.email, timeZone: 'Europe/Berlin' };
    const serviceId = this.salon.serviceOf(this.crash);
    return { serviceId, start: new Date(this.startMs).toISOString(), customer };
  }

  /** The request of this case, always the same one. */
  private ask(url: string, waitSeconds: number, patienceMs = 60_000): Promise<Answer> {
    const { what } = this.crash;
    const path = what === 'book' ? '' : `/${this.visitId}/${what === 'cancel' ? 'cancel' : 'reschedule'}`;
    const to = { start: new Date(this.startMs + this.byMs).toISOString() };
    const body = { book: this.booking(), cancel: { reason: 'She is ill' }, move: to }[what];
    const headers = { 'idempotency-key': this.key, prefer: `wait=${waitSeconds}` };
    return call('POST', `${url}/api/composite-bookings${path}`, {
      key: this.salon.secretKey,
      headers,
      body,
      patienceMs,
    });
  }

  private async strike(victim: Victim): Promise<{ told: Answer; isHit: boolean }> {
    const told = await this.ask(victim.url, 8);
    for (const deadline = Date.now() + DEATH_MS; !victim.isDead && Date.now() < deadline; await pause(LOOK_MS)) {
      if (await this.world.isBusy(this.salon.companyId)) continue;
      await pause(LAST_STEP_MS);
      break;
    }
    const isHit = victim.isDead;
    await victim.kill();
    return { told, isHit };
  }

  private async rest(): Promise<void> {
    const deadline = Date.now() + REST_MS;
    while (await this.world.isBusy(this.salon.companyId)) {
      if (Date.now() > deadline) return this.note(`not at its end after ${REST_MS / 1000} s`);
      await pause(LOOK_MS);
    }
  }

  /** Asked at the provider, and of the service. */
  private async seen(): Promise<Seen> {
    const own = (await this.salon.atProvider()).filter((one) => one.attendees[0]?.email === this.email);
    const pending = own.filter(({ status }) => status === 'pending').length;
    const live = own
      .filter(({ status }) => status === 'accepted' || status === 'pending')
      .map((one: any) => new Date(one.start as string).toISOString())
      .sort();
    const visit = await this.visit(`${this.world.survivor}/api/composite-bookings`);
    return { live, pending, ...(visit ? { visit } : {}) };
  }

  private async visit(url: string): Promise<Seen['visit']> {
    const key = this.salon.secretKey;
    if (this.visitId === undefined) {
      const from = new Date(this.startMs).toISOString();
      const to = new Date(this.startMs + 1).toISOString();
      const { data } = await made('GET', `${url}?from=${from}&to=${to}`, { key });
      this.visitId = data[0]?.id;
    }
    return this.visitId === undefined ? undefined : made('GET', `${url}/${this.visitId}`, { key });
  }

  /** The same request with the same key, until it is answered for good; then once more. */
  private async repeat(atRest: Seen): Promise<string> {
    const first = await this.final();
    if (!first) {
      this.note('the repeated request is not answered');
      return 'nothing';
    }
    await this.rest();
    const seen = await this.seen();
    this.note(...faultsOf(this.crash, seen, this.before), ...liesOf(this.crash, first, seen, this.before));
    const wasAll = endOf(this.crash, atRest, this.before) === 'all';
    if (wasAll && !isYes(first)) this.note(`all of it, and the repeated request is answered ${describe(first)}`);
    const second = await this.ask(this.world.survivor, 10);
    const isSame = second.status === first.status && sameWords(first, second);
    if (!isSame) this.note(`first ${describe(first)}, then ${describe(second)} for the same key`);
    return describe(first);
  }

  private async final(): Promise<Answer | undefined> {
    for (const deadline = Date.now() + FINAL_MS; Date.now() < deadline; await pause(LOOK_MS)) {
      const answer = await this.ask(this.world.survivor, 10);
      if (isYes(answer) || isNo(answer)) return answer;
    }
    return undefined;
  }

  private note(...found: string[]): void {
    this.violations.push(...found.map((what) => `${nameOf(this.crash)} (${this.email}): ${what}`));
  }
}

function sameWords(first: Answer, second: Answer): boolean {
  if (isYes(first)) return JSON.stringify(first.body) === JSON.stringify(second.body);
  return first.body?.error?.code === second.body?.error?.code;
}

function describe({ status, body }: Answer): string {
  return body?.error ? `${status} ${body.error.code}` : `${status} ${body?.status}`;
}
