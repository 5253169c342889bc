import { TimeClaimed } from '../../../src/features/availability/claims/host-times.service';
import { PinoLogger } from 'nestjs-pino';
import { Replica } from '../../../src/foundation/replicas/replica.service';
import type { Moment } from '../../../src/scheduling/prepared-write';
import { BookingSteps } from '../../../src/features/bookings/saga/booking-steps';
import { clockFrom, NOT_BOOKED, type Saga } from '../../../src/features/bookings/saga/saga';
import { SagaBackward } from '../../../src/features/bookings/saga/saga-backward';
import { SagaConfirmation } from '../../../src/features/bookings/saga/saga-confirmation';
import { SagaDriver } from '../../../src/features/bookings/saga/saga-driver';
import { SagaEnds } from '../../../src/features/bookings/saga/saga-ends';
import { SagaForward } from '../../../src/features/bookings/saga/saga-forward';
import { SagaRecord } from '../../../src/features/bookings/saga/saga-record';
import type { SagaState } from '../../../src/features/bookings/saga/saga-state';
import { SagasRepository } from '../../../src/features/bookings/saga/sagas.repository';
import { Chance } from './chance';
import { SimulatedDatabase } from './database';
import { type Manners, SETTLE_MS, type SimulatedBooking, SimulatedProvider } from './provider';
import { type Freeze, SimulatedReplica } from './replica';
import type { VirtualTime } from './virtual-time';

export const DEADLINE_MS = 20_000;
const POLL_MS = 500;
const SWEEP_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

export interface Report {
  status: SagaState['status'];
  violations: string[];
  /** From the request to the moment at which a caller can be told its end. */
  toldAfterMs: number;
  /** From the request to the moment at which nothing has to be done any more. */
  restAfterMs: number;
  looks: number;
  posts: number;
  takeovers: number;
  lateEffects: number;
  strays: number;
  /** Bookings that a confirmation brought back to life. */
  revivals: number;
}

/** One saga under one schedule of faults, from its request until everything is at rest. It runs the real driver. */
export class Schedule {
  private readonly chance: Chance;
  private readonly provider: SimulatedProvider;
  private readonly database: SimulatedDatabase;
  private readonly replicas: SimulatedReplica[] = [];
  private readonly violations: string[] = [];
  private readonly steps: number;
  private readonly beganMs: number;
  private readonly driving = new Map<SimulatedReplica, number>();
  private attempts = 0;
  private restMs = 0;

  constructor(
    private readonly time: VirtualTime,
    seed: number,
    manners: Manners,
  ) {
    this.chance = new Chance(seed);
    this.steps = this.chance.whole(1, 6);
    this.beganMs = time.nowMs;
    this.provider = new SimulatedProvider(time, this.chance, manners, (booking, isLate) => {
      this.appeared(booking.ref, isLate);
    });
    for (let place = 0; place < 3; place++) this.start(place, 0);
    const { confirms } = manners;
    this.database = new SimulatedDatabase(time, this.chance, this.replicas[0]!, this.steps, DEADLINE_MS, confirms);
  }

  async run(): Promise<Report> {
    const { state, refs, fence } = { ...this.database, state: this.database.state };
    this.count(this.replicas[0]!, 1);
    this.drive(this.replicas[0]!, { state, refs, fence }, this.time.nowMs);
    await this.time.run(this.beganMs + 3 * DAY_MS);
    this.judge();
    const { told, takeovers, strays } = this.database;
    return {
      status: this.database.state.status,
      violations: this.violations,
      toldAfterMs: told ? told.atMs - this.beganMs : Number.NaN,
      restAfterMs: this.restMs - this.beganMs,
      looks: this.provider.looks,
      posts: this.provider.posts.length,
      takeovers,
      lateEffects: this.provider.lateEffects,
      strays,
      revivals: this.provider.revivals,
    };
  }

  /** A process that lives for a while; when it dies another one takes its place, under another id. */
  private start(place: number, generation: number): void {
    const { chance, time } = this;
    const bornMs = time.nowMs;
    // Most faults fall into the seconds in which bookings are made.
    const isMortal = generation < 3 && chance.is(0.4);
    const diesAtMs = isMortal
      ? bornMs + chance.between(0, chance.is(0.8) ? 15_000 : 150_000)
      : Number.POSITIVE_INFINITY;
    const freezes = Array.from({ length: chance.whole(0, 3) }, () => this.freeze(bornMs));
    const replica = new SimulatedReplica(`${place}.${generation}`, time, bornMs, freezes, diesAtMs);
    this.replicas[place] = replica;
    if (isMortal) time.at(diesAtMs + chance.between(100, 3_000), () => this.start(place, generation + 1));
    time.at(bornMs + chance.between(0, POLL_MS), () => this.poll(replica));
  }

  private freeze(bornMs: number): Freeze {
    const fromMs = bornMs + this.chance.between(0, this.chance.is(0.8) ? 20_000 : 150_000);
    return { fromMs, untilMs: fromMs + this.chance.between(50, this.chance.is(0.8) ? 5_000 : 120_000) };
  }

  private poll(replica: SimulatedReplica): void {
    const { time, database } = this;
    const wakeMs = replica.wakeAt(time.nowMs);
    if (wakeMs === undefined || !this.isBusy()) return;
    if (wakeMs > time.nowMs) return time.at(wakeMs, () => this.poll(replica));
    const isDriving = (this.driving.get(replica) ?? 0) > 0;
    if (database.isDueFor(replica, isDriving) && replica.isFit) this.takeOver(replica);
    time.at(Math.max(time.nowMs + POLL_MS, database.isOpen ? database.nextRunMs : 0), () => this.poll(replica));
  }

  private takeOver(replica: SimulatedReplica): void {
    const taken = this.database.claim(replica);
    this.count(replica, 1);
    const readMs = this.time.nowMs;
    this.time.runAs(replica, () => {
      void this.time.elapse(this.chance.between(0.5, 20)).then(() => this.drive(replica, taken, readMs));
    });
  }

  private count(replica: SimulatedReplica, change: number): void {
    this.driving.set(replica, (this.driving.get(replica) ?? 0) + change);
  }

  private drive(
    replica: SimulatedReplica,
    { state, refs, fence }: { state: SagaState; refs: string[]; fence: number },
    databaseMs: number,
  ): void {
    const saga = {
      id: 'saga',
      fence,
      state,
      plan: refs.map((ref) => ({ ref })),
      answers: new Map(),
      nowMs: clockFrom(databaseMs),
    } as unknown as Saga;
    this.time.runAs(replica, () => {
      const ended = (): void => this.count(replica, -1);
      void this.driverOf(replica).drive(saga, silent).then(ended);
    });
  }

  /** The real driver; what it stands on is simulated. */
  private driverOf(replica: SimulatedReplica): SagaDriver {
    const { database, provider } = this;
    const repository = {
      transaction: (work: (manager: undefined) => Promise<void>) => database.transaction(() => work(undefined)),
      save: async (_: undefined, saga: Saga, state: SagaState) => database.save(replica, saga, state),
      handBack: (saga: Saga) => database.handBack(replica, saga.fence),
    };
    const steps = {
      settleMs: SETTLE_MS,
      prepare: async (saga: Saga, step: number) => {
        const ref = `ref ${++this.attempts}`;
        saga.plan[step] = { ...saga.plan[step]!, ref };
        await provider.prepare();
        return { ref, step, release: () => undefined };
      },
      send: (_: Saga, sent: { ref: string; step: number } | { uid: string }, intentAt: Moment) =>
        'uid' in sent ? provider.confirm(sent.uid, intentAt) : provider.book(sent.ref, sent.step, intentAt),
      prepareConfirmation: async (saga: Saga, step: number) => {
        await provider.prepare();
        return { uid: saga.state.steps[step]!.uid!, release: () => undefined };
      },
      find: ({ state, plan }: Saga, step: number) => {
        const { uid } = state.steps[step]!;
        return uid === undefined ? provider.find(plan[step]!.ref) : provider.revived(uid);
      },
      namedBy: async (_: Saga, __: number, { isHostFree }: SimulatedBooking) => [{ isHostFree }],
      cancel: async (saga: Saga, step: number) => {
        if (database.told?.as === '201') this.violations.push('cancels what a caller was told is booked');
        await provider.cancel(saga.state.steps[step]!.uid!);
      },
      read: (saga: Saga, step: number) => provider.read(saga.state.steps[step]!.uid!),
    };
    const ends = {
      failureOf: () => NOT_BOOKED,
      claim: async (_: undefined, __: Saga, claims: { isHostFree: boolean }[]) => {
        await this.time.elapse(this.chance.between(0.5, 20));
        if (claims.some(({ isHostFree }) => !isHostFree)) throw new TimeClaimed({ account: '', host: '' });
      },
      settle: async () => undefined,
    };
    const record = new SagaRecord(repository as unknown as SagasRepository, ends as unknown as SagaEnds);
    const parts = [record, steps as unknown as BookingSteps, replica as unknown as Replica] as const;
    return new SagaDriver(
      repository as unknown as SagasRepository,
      new SagaForward(...parts),
      new SagaBackward(...parts),
      new SagaConfirmation(...parts),
      record,
    );
  }

  /** A webhook comes, twice or never; the sweep comes each minute for what should not be there. */
  private appeared(ref: string, isLate: boolean): void {
    const { time, chance, database } = this;
    const isOver = ['compensated', 'needs_attention'].includes(database.state.status);
    if (isOver && !isLate) this.violations.push(`${ref} appeared after its saga had come to nothing`);
    const notices = chance.pick({ none: 3, one: 6, two: 1 });
    for (let notice = ['none', 'one', 'two'].indexOf(notices); notice > 0; notice--)
      time.at(time.nowMs + chance.between(0, 5_000), () => void database.hear(ref).then(() => this.resume()));
    time.at(time.nowMs + chance.between(0, SWEEP_MS), () => this.sweep(ref));
  }

  private sweep(ref: string): void {
    const { database, provider, time } = this;
    const booking = provider.bookings.find((candidate) => candidate.ref === ref)!;
    const step = database.state.steps[database.refs.indexOf(ref)];
    if (!booking.isActive || database.state.status === 'confirmed' || step?.status === 'stuck') return;
    if (!database.isOpen) void database.hear(ref).then(() => this.resume());
    time.at(time.nowMs + SWEEP_MS, () => this.sweep(ref));
  }

  /** Polls stop when nothing is open; a stray that is taken back is taken up like anything else. */
  private resume(): void {
    if (!this.database.isOpen) return;
    for (const replica of this.replicas) this.time.at(this.time.nowMs + POLL_MS, () => this.poll(replica));
  }

  private isBusy(): boolean {
    if (this.database.isOpen) this.restMs = this.time.nowMs;
    return this.database.isOpen;
  }

  private judge(): void {
    const { state, told } = this.database;
    const { bookings, posts } = this.provider;
    const active = bookings.filter(({ isActive }) => isActive);
    const say = (isBroken: boolean, text: string): void => void (isBroken && this.violations.push(text));
    say(this.database.isOpen, `at rest while ${state.status}`);
    if (state.status === 'confirmed') {
      const isWhole = state.steps.every((_, step) => active.filter((booking) => booking.step === step).length === 1);
      say(
        active.some(({ status }) => status !== 'accepted'),
        'confirmed, and a host has not confirmed',
      );
      say(!isWhole || active.length !== this.steps, 'confirmed, and not every step is booked once');
    } else {
      const left = active.filter(({ step }) => state.steps[step]!.status !== 'stuck');
      say(left.length > 0, `${state.status}, and a booking is left behind`);
    }
    const hasClash = active.some(({ isHostFree }) => !isHostFree);
    say(hasClash && state.status === 'confirmed', 'confirmed with a host whom another saga has claimed');
    say(told?.as === '201' && state.status !== 'confirmed', 'told 201, and given up');
    say(told?.as === 'failure' && state.status === 'confirmed', 'told a failure, and confirmed');
    say(new Set(posts.map(({ ref }) => ref)).size < posts.length, 'one attempt was sent twice');
    const lastMs = this.beganMs + DEADLINE_MS + 1_000;
    say(
      posts.some(({ atMs }) => atMs > lastMs),
      'sent after the deadline',
    );
  }
}

const silent = { error: () => undefined } as unknown as PinoLogger;
