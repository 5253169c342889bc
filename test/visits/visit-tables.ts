import type { EntityManager } from 'typeorm';
import { ApiError } from '../../src/foundation/errors/api-error';
import type { BegunSaga, IdempotentRequest, SagaOfKey } from '../../src/foundation/idempotency/idempotency.repository';
import type { Claim, KeptAnswer, KnownKey } from '../../src/foundation/idempotency/idempotency-keys.service';
import { type TimeClaim, TimeClaimed } from '../../src/features/availability/claims/host-times.service';
import type { EventTypeRecord } from '../../src/features/event-types/event-types.service';
import type { Visit } from '../../src/features/composite-bookings/visit';
import { canBecome, type VisitStatus } from '../../src/features/composite-bookings/visit-state';
import type { NewVisit, VisitChange } from '../../src/features/composite-bookings/visits.repository';
import type { VirtualTime } from '../saga/simulation/virtual-time';
import { MINUTE_MS } from './salon';
import type { KeyRow, Tables } from './tables';

type Manager = EntityManager | undefined;

/** The repository of visits; the table of transitions is the service's own. */
export class ImaginedVisits {
  constructor(private readonly tables: Tables) {}

  async find(_: string, id: string): Promise<Visit | undefined> {
    return this.tables.visits.get(id);
  }

  async lock(_: Manager, __: string, id: string): Promise<Visit | undefined> {
    return this.tables.visits.get(id);
  }

  async begin(_: Manager, visit: NewVisit): Promise<boolean> {
    const known = this.tables.visits.get(visit.id);
    if (!known || known.status === 'compensated') {
      const [first, last] = [visit.segments[0]!, visit.segments.at(-1)!];
      const times = { startsAt: new Date(first.startMs), endsAt: new Date(last.endMs) };
      const unset = { nextSegments: null, failure: null };
      this.put({ ...visit, ...times, ...unset, status: 'outcome_pending' } as unknown as Visit);
    }
    this.tables.visitOfSaga.set(visit.sagaId, visit.id);
    return true;
  }

  async become(_: Manager, { id }: { id: string }, status: VisitStatus, change: VisitChange = {}) {
    const before = this.tables.visits.get(id);
    if (!before || !canBecome(before.status, status)) return undefined;
    const { segments = before.segments, nextSegments = before.nextSegments, sagaId = before.sagaId } = change;
    const failure = change.failure === undefined ? before.failure : change.failure;
    const after = { ...before, status, segments, nextSegments, sagaId, failure };
    this.put(after);
    if (change.sagaId !== undefined) this.tables.visitOfSaga.set(change.sagaId, id);
    return after;
  }

  async noteFailure(_: Manager, { id }: Visit, failure: Visit['failure']): Promise<void> {
    this.tables.visits.set(id, { ...this.tables.visits.get(id)!, failure });
  }

  async sagasOf(_: string, id: string): Promise<string[]> {
    return [...this.tables.visitOfSaga].filter(([, visitId]) => visitId === id).map(([sagaId]) => sagaId);
  }

  async ofSaga(_: Manager, __: string, sagaId: string): Promise<string> {
    return this.tables.visitOfSaga.get(sagaId)!;
  }

  async isMoving(_: Manager, __: string, id: string): Promise<boolean> {
    const own = [...this.tables.sagas.values()].filter((saga) => this.tables.visitOfSaga.get(saga.id) === id);
    return own.some(({ kind, state }) => kind === 'visit-move' && ['running', 'compensating'].includes(state.status));
  }

  async rememberSaga(_: Manager, __: string, id: string, sagaId: string): Promise<void> {
    this.tables.visitOfSaga.set(sagaId, id);
  }

  private put(visit: Visit): void {
    this.tables.visits.set(visit.id, { ...visit, updatedAt: new Date(Date.now()) });
    this.tables.histories.set(visit.id, [...(this.tables.histories.get(visit.id) ?? []), visit.status]);
  }
}

/** Keys of requests, with the locks of those that are being served. */
export class ImaginedKeys {
  constructor(
    private readonly tables: Tables,
    private readonly time: VirtualTime,
  ) {}

  async recall(request: IdempotentRequest): Promise<KnownKey | undefined> {
    const row = this.tables.keys.get(nameOf(request));
    if (row && row.fingerprint !== request.fingerprint) throw new ApiError('IDEMPOTENCY_KEY_REUSED');
    const isServed = row && !row.answer && row.lockedUntilMs > this.time.nowMs;
    if (isServed) throw new ApiError('IDEMPOTENCY_KEY_IN_USE');
    return row && known(row);
  }

  async lookUp(request: IdempotentRequest): Promise<KnownKey | undefined> {
    const row = this.tables.keys.get(nameOf(request));
    return row && known(row);
  }

  async begin(_: Manager, request: IdempotentRequest, saga: BegunSaga): Promise<void> {
    const row = this.tables.keys.get(nameOf(request));
    const isReplaced = row && !row.answer && row.sagaId === saga.replacing;
    if (row && !isReplaced) throw new ApiError('IDEMPOTENCY_KEY_IN_USE');
    const { sagaId, servedSeconds } = saga;
    const lockedUntilMs = this.time.nowMs + servedSeconds * 1000;
    const { fingerprint } = request;
    const { resourceId } = row ?? saga;
    this.tables.keys.set(nameOf(request), { fingerprint, resourceId, sagaId, lockedUntilMs });
  }

  async claim(request: IdempotentRequest, fresh: { resourceId: string }): Promise<Claim | KeptAnswer> {
    const before = await this.recall(request);
    if (before?.answer) return before.answer;
    const { fingerprint } = request;
    const { resourceId } = before ?? fresh;
    const resumed = before !== undefined;
    this.tables.keys.set(nameOf(request), { fingerprint, resourceId, sagaId: 'none', lockedUntilMs: Infinity });
    return { request, owner: '', resourceId, resumed };
  }

  async refuse(request: IdempotentRequest, answer: KeptAnswer, sagaId: string | null) {
    const known = this.tables.keys.get(nameOf(request));
    if (known && !known.answer && known.sagaId !== sagaId) throw new ApiError('IDEMPOTENCY_KEY_IN_USE');
    const claim = await this.claim(request, { resourceId: 'none' });
    if ('content' in claim) return claim;
    await this.finish(claim, answer);
    return undefined;
  }

  async finish({ request }: Claim, { status, content }: KeptAnswer): Promise<void> {
    const row = this.tables.keys.get(nameOf(request))!;
    this.tables.keys.set(nameOf(request), { ...row, answer: { status, content: JSON.stringify(content) } });
  }

  async finishSaga(_: Manager, saga: SagaOfKey, { status, content }: KeptAnswer): Promise<void> {
    this.change(saga, (row) => ({ ...row, answer: { status, content: JSON.stringify(content) } }));
  }

  async releaseSaga(_: Manager, saga: SagaOfKey): Promise<void> {
    this.change(saga, (row) => (row.answer ? row : { ...row, lockedUntilMs: this.time.nowMs }));
  }

  private change({ id }: SagaOfKey, by: (row: KeyRow) => KeyRow): void {
    for (const [name, row] of this.tables.keys) if (row.sagaId === id) this.tables.keys.set(name, by(row));
  }
}

/** Times of hosts: two sagas never have the same. */
export class ImaginedTimes {
  constructor(private readonly tables: Tables) {}

  async wantedBy({ lengthMinutes, definition }: EventTypeRecord, startMs: number): Promise<TimeClaim[]> {
    const endMs = startMs + lengthMinutes * MINUTE_MS;
    return definition.hosts.map(({ id }) => ({ account: 'salon', host: id, fromMs: startMs, toMs: endMs }));
  }

  async wantedBetween({ definition }: EventTypeRecord, fromMs: number, toMs: number): Promise<TimeClaim[]> {
    return definition.hosts.map(({ id }) => ({ account: 'salon', host: id, fromMs, toMs }));
  }

  async wantedByAnswer(): Promise<TimeClaim[]> {
    return [];
  }

  async claim(_: Manager, __: string, { sagaId }: { sagaId: string }, wanted: TimeClaim[]): Promise<void> {
    for (const claim of wanted) {
      const isTaken = this.tables.claims.some(({ host, fromMs, toMs }) => {
        return host === claim.host && fromMs! < claim.toMs! && claim.fromMs! < toMs!;
      });
      if (isTaken) throw new TimeClaimed(claim);
      this.tables.claims = [...this.tables.claims, { ...claim, sagaId }];
    }
  }

  async release(_: Manager, sagaId: string): Promise<void> {
    this.tables.claims = this.tables.claims.filter((claim) => claim.sagaId !== sagaId);
  }
}

function nameOf({ route, key }: IdempotentRequest): string {
  return `${route} ${key}`;
}

function known({ resourceId, sagaId, answer }: KeyRow): KnownKey {
  if (!answer) return { resourceId, sagaId };
  return { resourceId, sagaId, answer: { status: answer.status, content: JSON.parse(answer.content) as unknown } };
}
