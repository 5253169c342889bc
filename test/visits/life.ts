import { ApiError } from '../../src/foundation/errors/api-error';
import { SchedulingError } from '../../src/scheduling/scheduling-error';
import type { VisitAnswer } from '../../src/features/composite-bookings/visit-answers';
import type { VirtualTime } from '../saga/simulation/virtual-time';
import { isLive } from './provider';
import { choiceOf, ImaginedService } from './service';
import { COMPANY, ImaginedSalon } from './salon';
import type { Act, Story } from './story';

const WITHOUT_KEY = { route: '', fingerprint: '' };

/** What was asked for, and what was said about it: all that its caller knows. */
export interface Asked {
  does: 'book' | 'move' | 'cancel';
  visitor: number;
  slot: number;
  cast: number;
  key: string;
  /** In which order requests were made: this one for the first and for the last time. */
  first: number;
  last: number;
  /** `open`: 202, or a repeat that came too early. */
  outcome: 'open' | 'done' | 'refused';
  /** As JSON, once done. */
  answer?: string;
  /** When that was told for the first time. */
  doneAtMs?: number;
  codes: string[];
}

/** What comes back that soon after a cancellation is cancelled again. */
const AFTERMATH_MS = 11 * 60_000;
const HORIZON_MS = 30 * 24 * 3_600_000;
const ALWAYS_AWAKE = { wakeAt: (dueMs: number) => dueMs };

/** One story from its first act until nothing is left to do. */
export class Life {
  readonly salon: ImaginedSalon;
  readonly service: ImaginedService;
  readonly asked: Asked[] = [];
  /** Of which visitors a person has said that what is stuck is settled. */
  readonly resolved = new Set<number>();
  /** By visitor: when a host has brought back what was cancelled. */
  readonly revivedAtMs = new Map<number, number>();
  readonly violations: string[] = [];
  private requests = 0;

  constructor(
    readonly time: VirtualTime,
    readonly story: Story,
  ) {
    this.salon = new ImaginedSalon(story.segments, story.asksForConfirmation);
    const weather = { writes: [...story.writes], webhooks: [...story.webhooks] };
    this.service = new ImaginedService(time, this.salon, weather, story.order);
  }

  /** Then the weather clears up, what is stuck is tried again, and who does not know his outcome asks again. */
  async run(): Promise<void> {
    let atMs = this.time.nowMs;
    for (const act of this.story.acts) {
      atMs += act.afterMs;
      this.aside(() => this.act(act), atMs);
    }
    await this.rest();
    this.service.provider.clearUp();
    for (let round = 0; round < 3; round++) {
      this.aside(() => this.service.reconcile());
      await this.rest();
      // What cannot go back because its host has taken the place stays stuck, until a person settles it.
      for (const visitor of [0, 1]) this.aside(() => (round === 0 ? this.retry(visitor) : this.resolve(visitor)));
      await this.rest();
      for (const asked of this.asked) if (asked.outcome === 'open') this.aside(() => this.ask(asked, 8_000));
      await this.rest();
    }
  }

  visitIdOf(visitor: number): string | undefined {
    return this.service.tables.keys.get(`book visitor ${visitor}`)?.resourceId;
  }

  private rest(): Promise<void> {
    return this.time.run(this.time.nowMs + HORIZON_MS);
  }

  private aside(work: () => Promise<void>, atMs = this.time.nowMs): void {
    const begin = (): void => {
      work().catch((error: unknown) => this.violations.push(`threw ${String(error)}`));
    };
    this.time.at(atMs, () => this.time.runAs(ALWAYS_AWAKE, begin));
  }

  private async act(act: Act): Promise<void> {
    switch (act.does) {
      case 'repeat': {
        const asked = this.asked[act.request % this.asked.length]!;
        return this.ask(asked, act.waitMs);
      }
      case 'host cancels':
      case 'host moves':
        return this.host(act);
      case 'host revives':
        return this.revive(act.visitor, act.segment);
      case 'retry':
        return this.retry(act.visitor);
      case 'resolve':
        return this.resolve(act.visitor);
      default:
        return this.ask(this.newRequest(act), act.waitMs);
    }
  }

  /** A visitor books once; who asks for another booking repeats his request. */
  private newRequest(act: Act & { does: Asked['does'] }): Asked {
    const known = this.asked.find(({ does, visitor }) => does === 'book' && visitor === act.visitor);
    if (act.does === 'book' && known) return known;
    const { slot, cast } = act.does === 'cancel' ? { slot: 0, cast: 0 } : act;
    const { does, visitor } = act;
    const key = does === 'book' ? `visitor ${visitor}` : `request ${this.asked.length}`;
    const asked: Asked = { does, visitor, slot, cast, key, first: -1, last: -1, outcome: 'open', codes: [] };
    this.asked.push(asked);
    return asked;
  }

  private async ask(asked: Asked, waitMs: number): Promise<void> {
    asked.last = this.requests++;
    if (asked.first < 0) asked.first = asked.last;
    try {
      const answer = await this.send(asked, waitMs);
      if (!answer) return void (asked.outcome = 'refused');
      if (answer.failure) throw answer.failure;
      this.told(asked, answer);
    } catch (error) {
      this.refused(asked, error);
    }
  }

  /** Undefined when there is no visit that could be changed. */
  private async send({ does, visitor, slot, cast, key }: Asked, waitMs: number): Promise<VisitAnswer | undefined> {
    const { visits } = this.service;
    const caller = { idempotencyKey: key, fingerprint: key, waitMs };
    if (does === 'book') {
      const customer = { name: 'Eva', email: emailOf(visitor) };
      const wanted = { serviceId: 'service', customer, ...choiceOf(slot, cast) };
      return visits.book(COMPANY, wanted, { ...caller, origin: 'api', route: 'book' });
    }
    const id = this.visitIdOf(visitor);
    if (id === undefined || !this.service.tables.visits.has(id)) return undefined;
    if (does === 'cancel') return visits.cancel(COMPANY, id, 'Ill', { ...caller, route: 'cancel' });
    return visits.reschedule(COMPANY, id, choiceOf(slot, cast), { ...caller, route: 'move' });
  }

  private told(asked: Asked, { status, visit }: VisitAnswer): void {
    if (status === 202) {
      if (asked.outcome === 'done') this.violations.push(`${asked.key} was done, and is open again`);
      asked.outcome = 'open';
      return;
    }
    const isLeft = asked.does === 'cancel' && visit?.segments.some(({ status: each }) => each === 'confirmed');
    if (isLeft) this.violations.push(`${asked.key} was told 200 with a segment that is confirmed`);
    const answer = JSON.stringify(visit);
    if (asked.answer !== undefined && asked.answer !== answer) {
      this.violations.push(`${asked.key} was answered ${asked.answer}, and then ${answer}`);
    }
    asked.answer = answer;
    asked.doneAtMs ??= this.time.nowMs;
    asked.outcome = 'done';
  }

  private refused(asked: Asked, error: unknown): void {
    if (!(error instanceof ApiError) && !(error instanceof SchedulingError)) {
      this.violations.push(`${asked.key} broke: ${error instanceof Error ? error.stack : String(error)}`);
      return;
    }
    asked.codes.push(`${error.code} ${JSON.stringify(error.details)}`);
    if (error.code === 'IDEMPOTENCY_KEY_IN_USE') return;
    if (asked.outcome === 'done') this.violations.push(`${asked.key} was done, and then ${asked.codes.at(-1)}`);
    // It goes on as soon as a person has said what to do.
    const isWaiting = asked.does === 'cancel' && error.code === 'BOOKING_REFUSED';
    asked.outcome = isWaiting ? 'open' : 'refused';
  }

  private async host(act: Act & { does: 'host cancels' | 'host moves' }): Promise<void> {
    const { provider } = this.service;
    const own = [...provider.bookings.values()].find(({ email, eventTypeId, status }) => {
      const { segment } = this.salon.types.get(eventTypeId)!;
      return email === emailOf(act.visitor) && segment === act.segment && isLive({ status });
    });
    if (!own) return;
    if (act.does === 'host cancels') provider.hostCancels(own.uid);
    else provider.hostMoves(own.uid, act.minutes);
  }

  /** Not while somebody cancels it, nor so soon after that it may be one of our own calls. */
  private async revive(visitor: number, segment: number): Promise<void> {
    const cancels = this.asked.filter((asked) => asked.visitor === visitor && asked.does === 'cancel');
    const isSettled = cancels.every(({ outcome, doneAtMs }) => {
      return outcome === 'refused' || (doneAtMs !== undefined && doneAtMs + AFTERMATH_MS < this.time.nowMs);
    });
    const visit = this.service.tables.visits.get(this.visitIdOf(visitor) ?? '');
    if (!isSettled || visit?.status !== 'cancelled') return;
    const { provider } = this.service;
    const own = [...provider.bookings.values()].filter(({ email, eventTypeId }) => {
      return email === emailOf(visitor) && this.salon.types.get(eventTypeId)!.segment === segment;
    });
    const last = own.at(-1);
    if (!last || own.some(isLive)) return;
    provider.hostRevives(last.uid);
    if (isLive(provider.bookings.get(last.uid)!)) this.revivedAtMs.set(visitor, this.time.nowMs);
  }

  private async retry(visitor: number): Promise<void> {
    const id = this.visitIdOf(visitor);
    if (id !== undefined) await this.decided(() => this.service.visits.retry(COMPANY, id, WITHOUT_KEY));
  }

  private async resolve(visitor: number): Promise<void> {
    const id = this.visitIdOf(visitor);
    if (id === undefined) return;
    this.settleByHand(id);
    if (await this.decided(() => this.service.visits.resolve(COMPANY, id, WITHOUT_KEY))) this.resolved.add(visitor);
  }

  /** As a person does who was asked for. */
  private settleByHand(id: string): void {
    const { tables, provider } = this.service;
    const own = [...tables.sagas.values()].filter((saga) => tables.visitOfSaga.get(saga.id) === id);
    const stuck = own.flatMap(({ state }) => (state.status === 'needs_attention' ? state.steps : []));
    for (const { status, uid } of stuck) if (status === 'stuck' && uid !== undefined) provider.hostCancels(uid);
  }

  private async decided(decide: () => Promise<unknown>): Promise<boolean> {
    try {
      await decide();
      return true;
    } catch (error) {
      if (error instanceof ApiError && ['CONFLICT', 'BOOKING_NOT_FOUND'].includes(error.code)) return false;
      throw error;
    }
  }
}

export function emailOf(visitor: number): string {
  return `visitor-${visitor}@customer.example`;
}
