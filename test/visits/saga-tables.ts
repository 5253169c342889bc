import type { EntityManager } from 'typeorm';
import type { PinoLogger } from 'nestjs-pino';
import type { Echo, HeardBooking } from '../../src/features/bookings/saga/saga-echoes';
import { FencedOut, type Saga, type SagaKind } from '../../src/features/bookings/saga/saga';
import type { StepFacts } from '../../src/features/bookings/saga/saga-diary';
import type { SagaDriver } from '../../src/features/bookings/saga/saga-driver';
import type { Decision } from '../../src/features/bookings/saga/saga-reopening';
import { apply, type SagaState } from '../../src/features/bookings/saga/saga-state';
import type { NewSaga, Noted } from '../../src/features/bookings/saga/sagas.repository';
import { firstState } from '../../src/features/bookings/saga/step-rows';
import type { VirtualTime } from '../saga/simulation/virtual-time';
import { SETTLE_MS } from './provider';
import type { SagaRow, Tables } from './tables';

type Manager = EntityManager | undefined;

const LOOK_MS = 500;

/** Sagas in memory, as their repository, their diary, persons and webhooks see them, and the worker that drives them. */
export class ImaginedSagas {
  driver: SagaDriver | undefined;
  private isLooking = false;

  constructor(
    private readonly tables: Tables,
    private readonly time: VirtualTime,
    private readonly logger: PinoLogger,
  ) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.tables.transaction(() => work(undefined as unknown as EntityManager));
  }

  async create(_: Manager, saga: NewSaga): Promise<Saga> {
    const steps = saga.plan.map((plan, step) => firstState(plan, saga.steps?.[step]));
    const status = saga.isCompensating ? 'compensating' : 'running';
    const deadlineMs = this.time.nowMs + saga.deadlineMs;
    const state: SagaState = { status, deadlineMs, nextMs: 0, tries: 0, steps };
    this.put({
      ...{ id: saga.id, kind: saga.kind, companyId: saga.companyId, connectionId: saga.connectionId, state, fence: 1 },
      ...{ input: saga.input, plan: [...saga.plan], remarks: [], failure: undefined, nextRunMs: this.time.nowMs },
      isOwned: !saga.isLaidDown,
    });
    return { ...saga, fence: 1, state, answers: new Map(), nowMs: () => this.time.nowMs };
  }

  async save(_: Manager, saga: Saga, state: SagaState, { events, remark }: Noted): Promise<void> {
    const row = this.tables.sagas.get(saga.id)!;
    if (!row.isOwned || row.fence !== saga.fence) throw new FencedOut(saga.id);
    const remarked = events.find((event) => 'step' in event);
    const at = remark && remarked && 'step' in remarked ? remarked.step : undefined;
    this.put({
      ...row,
      state,
      plan: [...saga.plan],
      failure: saga.failure,
      remarks: state.steps.map((_step, step) => (step === at ? remark : row.remarks[step])),
      nextRunMs: state.nextMs || this.time.nowMs,
      isOwned: isOpen({ state }) && row.isOwned,
      ...(isOpen({ state }) ? {} : { endedMs: this.time.nowMs }),
    });
  }

  async handBack({ id, fence }: Saga): Promise<void> {
    const row = this.tables.sagas.get(id)!;
    if (row.fence === fence) this.put({ ...row, isOwned: false });
  }

  async outcome(_: string, id: string) {
    const row = this.tables.sagas.get(id);
    return row && { status: row.state.status, failure: row.failure ?? null, settlesInSeconds: 1 };
  }

  async steps(_: string, id: string): Promise<StepFacts[]> {
    const { state, plan, remarks } = this.tables.sagas.get(id)!;
    return state.steps.map(({ status, uid = null }, step) => {
      return { appointmentId: plan[step]!.appointmentId, status, uid, lastError: remarks[step] ?? null };
    });
  }

  async endOf(_: Manager, __: string, id: string, kind: SagaKind): Promise<number | undefined> {
    const row = this.tables.sagas.get(id);
    return row?.kind === kind ? row.endedMs : undefined;
  }

  async settling(_: Manager, __: string, ids: string[]): Promise<Map<string, number>> {
    const all = [...this.tables.sagas.values()].flatMap(({ state, plan }) =>
      state.steps.map((step, place) => ({ ...step, appointmentId: plan[place]!.appointmentId })),
    );
    const found = new Map<string, number>();
    for (const { uid, settleMs = 0, appointmentId } of all) {
      const isOpen = uid !== undefined && settleMs > this.time.nowMs && ids.includes(appointmentId);
      if (isOpen) found.set(uid, Math.max(settleMs, found.get(uid) ?? 0));
    }
    return found;
  }

  async waiting(_: string, ids: string[]): Promise<{ id: string; kind: SagaKind }[]> {
    const rows = ids.map((id) => this.tables.sagas.get(id)!);
    return rows.filter(({ state }) => state.status === 'needs_attention').map(({ id, kind }) => ({ id, kind }));
  }

  async decide(_: Manager, __: string, id: string, decision: Decision): Promise<boolean> {
    const row = this.tables.sagas.get(id)!;
    if (row.state.status !== 'needs_attention') return false;
    const before = { ...row.state, nextMs: 0, tries: 0 };
    const state = apply(before, { type: decision }, this.time.nowMs);
    this.put({ ...row, state, isOwned: false, fence: row.fence + 1, nextRunMs: this.time.nowMs });
    return true;
  }

  async heard(_: string, { ref, status, rescheduledFromUid, deploymentId }: HeardBooking): Promise<Echo> {
    if (ref === undefined || rescheduledFromUid !== undefined) return 'unknown';
    const row = [...this.tables.sagas.values()].find(({ plan }) => plan.some((step) => step.ref === ref));
    if (!row) return 'unknown';
    const { state } = row;
    if (state.status === 'confirmed') return 'confirmed';
    if (isOpen(row)) return this.woken(row);
    if (isOver(status) || state.status === 'needs_attention') return 'settled';
    return status !== undefined && deploymentId !== undefined ? this.takeBack(row, ref) : 'unknown';
  }

  /** Drives it; what it lays down is taken up when it is due. */
  drive(saga: Saga): Promise<void> {
    return this.driver!.drive(saga, this.logger);
  }

  async claimDue(): Promise<never[]> {
    return [];
  }

  get hasOpen(): boolean {
    return [...this.tables.sagas.values()].some(isOpen);
  }

  private woken(row: SagaRow): Echo {
    this.put({ ...row, nextRunMs: this.time.nowMs });
    return 'under-way';
  }

  private takeBack(row: SagaRow, ref: string): Echo {
    const at = row.plan.findIndex((step) => step.ref === ref);
    const former = row.state.steps[at]!;
    if (row.state.status !== 'compensated' || former.status === 'stuck') return 'settled';

    const [nowMs, settleMs] = [this.time.nowMs, this.time.nowMs + SETTLE_MS];
    const steps = row.state.steps.with(at, { ...former, status: 'trying', settleMs });
    const state: SagaState = { status: 'compensating', tries: 0, nextMs: 0, deadlineMs: nowMs, steps };
    this.put({ ...row, state, isOwned: false, fence: row.fence + 1, nextRunMs: nowMs });
    return 'stray';
  }

  private put(row: SagaRow): void {
    this.tables.sagas.set(row.id, row);
    this.lookLater();
  }

  private lookLater(): void {
    if (this.isLooking || !this.hasOpen) return;
    this.isLooking = true;
    this.time.at(this.time.nowMs + LOOK_MS, () => this.time.runAs({ wakeAt: (dueMs) => dueMs }, () => this.look()));
  }

  private look(): void {
    this.isLooking = false;
    for (const row of this.tables.sagas.values()) {
      if (!isOpen(row) || row.isOwned || row.nextRunMs > this.time.nowMs) continue;
      const taken = { ...row, isOwned: true, fence: row.fence + 1 };
      this.tables.sagas.set(row.id, taken);
      void this.drive(this.opened(taken));
    }
    this.lookLater();
  }

  private opened({ remarks: _, isOwned: __, nextRunMs, failure, plan, state, ...row }: SagaRow): Saga {
    return {
      ...row,
      plan: [...plan],
      state: { ...state, nextMs: nextRunMs },
      answers: new Map(),
      ...(failure ? { failure } : {}),
      nowMs: () => this.time.nowMs,
    };
  }
}

function isOpen({ state }: Pick<SagaRow, 'state'>): boolean {
  return state.status === 'running' || state.status === 'compensating';
}

function isOver(status: HeardBooking['status']): boolean {
  return status === 'cancelled' || status === 'rejected';
}
