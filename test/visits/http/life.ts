import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestAnswer } from '../../support/service';
import type { Held, Room } from './room';
import type { Act, Story, WriteFault } from './story';

/** What was asked for, and what was said about it: all that its caller knows. */
export interface Asked {
  does: 'book' | 'move' | 'cancel';
  visitor: number;
  choice: { start?: string; staff?: { segmentId: string; staffId: string }[] };
  key: string;
  /** In which order requests were made and answered: asked for the first, answered for the last time. */
  first: number;
  last: number;
  /** `open`: 202, or a repeat that came too early. */
  outcome: 'open' | 'done' | 'refused';
  /** Once done. */
  answer?: any;
  codes: string[];
}

/** Less than the settle window, as the provider promises. */
const LATE_MS = 800;
/** The provider lets us wait longer than we do. */
const SILENT_MS = 4_000;
/** What is said for good: the same request will not be asked again. */
const FINAL = ['SLOT_UNAVAILABLE', 'BOOKING_REFUSED', 'SERVICE_NOT_READY'];

/** One story over HTTP from its first act until nothing is left to do. */
export class HttpLife {
  readonly asked: Asked[] = [];
  readonly violations: string[] = [];
  /** `visitor segment`: changed by its host. */
  readonly touched = new Set<string>();
  /** How many visits have needed a person, in all rounds. */
  stuck = 0;
  /** Of whom a person has said that what is stuck is settled. */
  readonly resolved = new Set<number>();
  private readonly ids = new Map<number, string>();
  /** By visitor: until her first request for a visit is answered, she cannot name it. */
  private readonly booking = new Map<number, Promise<unknown>>();
  private readonly faults: number[] = [];
  private moments = 0;

  constructor(
    readonly room: Room,
    readonly story: Story,
  ) {}

  /** Then the faults are healed, what is stuck is tried again, and who does not know his outcome asks again. */
  async run(): Promise<void> {
    await this.worsen();
    const acting: Promise<void>[] = [];
    for (const act of this.story.acts) {
      if (act.afterMs > 0) await pause(act.afterMs);
      acting.push(this.act(act));
    }
    await Promise.all(acting);
    await this.heal();
    for (let round = 0; round < 3; round++) {
      await this.room.rest();
      await this.room.synchronise();
      await this.room.rest();
      const stuck = await this.room.visits('needs_attention');
      this.stuck += stuck.length;
      for (const visit of stuck) await (round === 0 ? this.retry(visit) : this.resolve(visit));
      await this.room.rest();
      const open = this.asked.filter(({ outcome }) => outcome === 'open');
      for (const asked of open) await this.ask(asked, 8);
      if (stuck.length + open.length === 0) return;
    }
    await this.room.rest();
  }

  private async worsen(): Promise<void> {
    for (const fault of this.story.faults) await this.order(fault);
    for (const scenario of this.story.webhooks) {
      for (const { account } of [this.room.salon.maria, this.room.salon.jonas]) {
        await this.scenario({ scenario, key: account.providerKey });
      }
    }
  }

  private async scenario(body: object): Promise<void> {
    const made = await this.room.salon.service.sandboxCall('POST', '/_sandbox/scenarios', body);
    if (made.status !== 201) throw new Error(`no scenario: ${made.text}`);
    this.faults.push(made.body.id);
  }

  private async order({ operation, after, fate }: WriteFault): Promise<void> {
    const aim = { operation, key: this.room.salon.company.providerKey };
    if (after > 0) await this.scenario({ ...aim, scenario: 'pass', times: after });
    await this.scenario({ ...aim, ...faultOf(fate, operation) });
  }

  private async heal(): Promise<void> {
    for (const id of this.faults) await this.room.salon.service.sandboxCall('DELETE', `/_sandbox/scenarios/${id}`);
  }

  private async act(act: Act): Promise<void> {
    switch (act.does) {
      case 'repeat':
        return this.ask(this.asked[act.request % this.asked.length]!, act.waitSeconds);
      case 'host cancels':
      case 'host moves':
        return this.host(act);
      default:
        return this.ask(this.newRequest(act), act.waitSeconds);
    }
  }

  /** A visitor books once; who asks for another booking repeats his request. */
  private newRequest(act: Act & { does: Asked['does'] }): Asked {
    const { does, visitor } = act;
    const known = this.asked.find((asked) => does === 'book' && asked.does === does && asked.visitor === visitor);
    if (known) return known;
    const choice = act.does === 'cancel' ? {} : this.room.choice(act.slot, act.cast);
    const asked: Asked = { does, visitor, choice, key: randomUUID(), first: -1, last: -1, outcome: 'open', codes: [] };
    this.asked.push(asked);
    return asked;
  }

  private async ask(asked: Asked, waitSeconds: number): Promise<void> {
    if (asked.first < 0) asked.first = this.moments++;
    const answer = await this.send(asked, waitSeconds);
    asked.last = this.moments++;
    if (!answer) asked.outcome = 'refused';
    else if (answer.status < 300) this.told(asked, answer);
    else this.refused(asked, answer);
  }

  /** Undefined when its caller knows of no visit that could be changed. */
  private async send({ does, visitor, choice, key }: Asked, waitSeconds: number): Promise<TestAnswer | undefined> {
    const headers = { 'idempotency-key': key, prefer: `wait=${waitSeconds}` };
    if (does === 'book') {
      const customer = { name: 'Eva', email: this.room.email(visitor), timeZone: 'Europe/Berlin' };
      const booking = this.post('', { serviceId: this.room.sold.id, customer, ...choice }, headers).then((answer) => {
        if (answer.status < 300) this.ids.set(visitor, answer.body.id);
        return answer;
      });
      if (!this.booking.has(visitor)) this.booking.set(visitor, booking);
      return booking;
    }
    await this.booking.get(visitor);
    const id = this.ids.get(visitor);
    return id === undefined
      ? undefined
      : this.post(`/${id}/${does === 'cancel' ? does : 'reschedule'}`, choice, headers);
  }

  private post(path: string, body: object, headers = {}): Promise<TestAnswer> {
    const { service, company } = this.room.salon;
    return service.call('POST', `/api/composite-bookings${path}`, { key: company.secretKey, body, headers });
  }

  private told(asked: Asked, { status, body }: TestAnswer): void {
    const name = `${asked.does} of visitor ${asked.visitor}`;
    if (asked.codes.some((code) => asked.does === 'book' && FINAL.includes(code))) {
      this.violations.push(`${name} was refused for good, and then answered ${status}`);
    }
    if (status === 202) {
      if (asked.outcome === 'done') this.violations.push(`${name} was done, and is open again`);
      asked.outcome = 'open';
      return;
    }
    const before = JSON.stringify(asked.answer ?? body);
    if (before !== JSON.stringify(body)) {
      this.violations.push(`${name} was answered ${before}, and then ${JSON.stringify(body)}`);
    }
    asked.answer = body;
    asked.outcome = 'done';
  }

  private refused(asked: Asked, { status, body, text }: TestAnswer): void {
    const code: string = body?.error?.code ?? text;
    asked.codes.push(code);
    const name = `${asked.does} of visitor ${asked.visitor}`;
    if (status === 500) this.violations.push(`${name} broke: ${text}`);
    if (code === 'IDEMPOTENCY_KEY_IN_USE') return;
    if (asked.outcome === 'done') this.violations.push(`${name} was done, and then ${text}`);
    // It goes on as soon as a person has said what to do.
    const isWaiting = asked.does === 'cancel' && code === 'BOOKING_REFUSED';
    asked.outcome = isWaiting ? 'open' : 'refused';
  }

  /** At the provider's own pages. What the provider does not allow has not happened. */
  private async host(act: Act & { does: 'host cancels' | 'host moves' }): Promise<void> {
    const own = await this.standing(act);
    if (!own) return;
    const start = act.does === 'host moves' ? new Date(own.startMs + act.minutes * 60_000).toISOString() : '';
    const [change, body] = start ? ['reschedule', { start }] : ['cancel', { cancellationReason: 'The host is ill' }];
    const isDone = await this.room.host.change(own.uid, change, body).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && /: 4\d\d /.test(error.message)) return false;
        throw error;
      },
    );
    if (isDone) this.touched.add(`${act.visitor} ${act.segment}`);
  }

  /**
   * What a host can change. Left out: that she does so while the visit is being moved, and its booking is there twice
   * or about to be replaced; then nobody could tell which of the two is meant.
   */
  private async standing({ visitor, segment }: { visitor: number; segment: number }): Promise<Held | undefined> {
    const email = this.room.email(visitor);
    const isMoving = this.asked.some(({ does, outcome, ...asked }) => {
      return asked.visitor === visitor && does === 'move' && outcome === 'open';
    });
    if (isMoving || (await this.room.visits('rescheduling')).length > 0) return undefined;
    const held = (await this.room.held()).filter((each) => each.email === email && each.segment === segment);
    const live = held.filter(({ isLive }) => isLive);
    return live.length === 1 ? live[0] : undefined;
  }

  private async retry({ id }: { id: string }): Promise<void> {
    const { status, text } = await this.post(`/${id}/retry`, {});
    if (status !== 202) this.violations.push(`retry of ${id}: ${status} ${text}`);
  }

  /** As a person does who was asked for: what is stuck is cancelled by hand first. */
  private async resolve({ id, customer }: { id: string; customer?: { email: string } }): Promise<void> {
    const { attention } = await this.room.salon.ok('GET', `/api/composite-bookings/${id}`);
    const stuck = new Set<number>(attention.map(({ segment }: { segment: number }) => segment));
    const held = (await this.room.held()).filter(({ isLive, email }) => isLive && email === customer?.email);
    for (const { uid, segment } of held) {
      if (stuck.has(segment)) await this.room.host.change(uid, 'cancel', { cancellationReason: 'By hand' });
    }
    const { status, text } = await this.post(`/${id}/resolve`, {});
    if (status !== 200) this.violations.push(`resolve of ${id}: ${status} ${text}`);
    for (const visitor of [0, 1]) if (this.room.email(visitor) === customer?.email) this.resolved.add(visitor);
  }
}

function faultOf(fate: WriteFault['fate'], operation: WriteFault['operation']): object {
  const isCancel = operation === 'bookings.cancel';
  const message = 'This event type does not allow cancellations';
  const refusal = { status: 'error', error: { code: 'BadRequestException', message } };
  switch (fate) {
    case 'answer lost':
      return { scenario: 'answer-lost' };
    case 'refused':
      return isCancel ? { scenario: 'answer', status: 400, body: refusal } : { scenario: 'conflict' };
    case 'failed':
      return { scenario: 'error-before' };
    case 'late':
      return { scenario: 'effect-late', delayMs: LATE_MS };
    case 'silent':
      return { scenario: 'silent-after', delayMs: SILENT_MS };
  }
}
