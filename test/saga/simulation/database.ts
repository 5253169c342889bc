import { FencedOut, type Saga } from '../../../src/features/bookings/saga/saga';
import type { SagaState, SagaStatus } from '../../../src/features/bookings/saga/saga-state';
import type { Chance } from './chance';
import type { SimulatedReplica } from './replica';
import type { VirtualTime } from './virtual-time';

/** The saga's row with its steps, as the database has it. */
export class SimulatedDatabase {
  state: SagaState;
  refs: string[];
  owner: SimulatedReplica | undefined;
  fence = 1;
  nextRunMs = 0;
  takeovers = 0;
  strays = 0;
  /** The first end that callers can have been told, and when. */
  told: { as: '201' | 'failure'; atMs: number } | undefined;

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    owner: SimulatedReplica,
    steps: number,
    deadlineMs: number,
    confirms: boolean,
  ) {
    this.owner = owner;
    this.refs = Array.from({ length: steps }, (_, step) => `planned ${step}`);
    this.state = {
      status: 'running',
      deadlineMs: time.nowMs + deadlineMs,
      nextMs: 0,
      tries: 0,
      steps: this.refs.map(() => ({ status: 'pending', ...(confirms && { confirmation: 'wanted' }) })),
    };
  }

  get isOpen(): boolean {
    return isOpen(this.state.status);
  }

  /** A statement's way to the database and back; a connection breaks now and then, before or after the commit. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.time.elapse(this.chance.between(0.5, 20));
    if (this.chance.is(0.002)) throw new Error('the connection broke before the commit');
    const result = await work();
    await this.time.elapse(this.chance.between(0.5, 20));
    if (this.chance.is(0.002)) throw new Error('the connection broke after the commit');
    return result;
  }

  save(replica: SimulatedReplica, saga: Saga, state: SagaState): void {
    if (this.owner !== replica || this.fence !== saga.fence) throw new FencedOut(saga.id);
    if (this.state.status === 'running' && state.status !== 'running')
      this.told ??= { as: state.status === 'confirmed' ? '201' : 'failure', atMs: this.time.nowMs };
    this.state = state;
    this.refs = saga.plan.map(({ ref }) => ref);
    this.nextRunMs = state.nextMs || saga.nowMs();
    if (!this.isOpen) this.owner = undefined;
  }

  async handBack(replica: SimulatedReplica, fence: number): Promise<void> {
    await this.time.elapse(this.chance.between(0.5, 20));
    if (this.chance.is(0.05)) throw new Error('the connection broke');
    if (this.owner === replica && this.fence === fence) this.owner = undefined;
  }

  /** @param isDriving whether the replica that asks is driving the saga at this moment. */
  isDueFor(replica: SimulatedReplica, isDriving: boolean): boolean {
    if (!this.isOpen || this.nextRunMs > this.time.nowMs) return false;
    return !this.owner?.isAlive || (this.owner === replica && !isDriving);
  }

  claim(replica: SimulatedReplica): { state: SagaState; refs: string[]; fence: number } {
    if (this.owner) this.takeovers++;
    this.owner = replica;
    this.fence++;
    return { state: { ...this.state, nextMs: this.nextRunMs }, refs: [...this.refs], fence: this.fence };
  }

  /** As the service does it: it reads, then acts. */
  async hear(ref: string): Promise<void> {
    const step = this.refs.indexOf(ref);
    const { status } = this.state;
    await this.time.elapse(this.chance.between(0.5, 50));
    if (step < 0 || status === 'confirmed') return;
    if (isOpen(status)) return void (this.nextRunMs = this.isOpen ? this.time.nowMs : this.nextRunMs);
    this.takeBack(step);
  }

  private takeBack(step: number): void {
    const former = this.state.steps[step]!;
    if (former.status === 'stuck') return;
    this.strays++;
    const steps = this.state.steps.with(step, { ...former, status: 'trying' });
    this.state = { ...this.state, status: 'compensating', tries: 0, nextMs: 0, steps };
    this.owner = undefined;
    this.nextRunMs = this.time.nowMs;
  }
}

function isOpen(status: SagaStatus): boolean {
  return status === 'running' || status === 'compensating';
}
