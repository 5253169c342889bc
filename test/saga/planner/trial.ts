import type { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../../src/foundation/config/app-config';
import type { Replica } from '../../../src/foundation/replicas/replica.service';
import { INTENT_AGE_MAX_MS } from '../../../src/scheduling/prepared-write';
import type { ProviderBooking } from '../../../src/scheduling/words';
import { type HostTimes, TimeClaimed } from '../../../src/features/availability/claims/host-times.service';
import type { EventTypesService } from '../../../src/features/event-types/event-types.service';
import type { ProviderCalls } from '../../../src/features/event-types/provider-calls.service';
import { BookingSteps } from '../../../src/features/bookings/saga/booking-steps';
import { NOT_BOOKED, type Saga } from '../../../src/features/bookings/saga/saga';
import { SagaBackward } from '../../../src/features/bookings/saga/saga-backward';
import { SagaConfirmation } from '../../../src/features/bookings/saga/saga-confirmation';
import { SagaDriver } from '../../../src/features/bookings/saga/saga-driver';
import type { SagaEnds } from '../../../src/features/bookings/saga/saga-ends';
import { SagaForward } from '../../../src/features/bookings/saga/saga-forward';
import { SagaRecord } from '../../../src/features/bookings/saga/saga-record';
import type { SagaState } from '../../../src/features/bookings/saga/saga-state';
import type { SagasRepository } from '../../../src/features/bookings/saga/sagas.repository';
import type { Choices } from './choices';
import { Killed, PlannedProvider } from './planned-provider';
import { DAYS_LATER, msOf, type Plan, type PlannedBooking, type Situation, TICK_MS } from './situation';

type Step = { step(saga: Saga): Promise<boolean> };

/** One action of an owner, by the real driver and all that it stands on but the provider and the database. */
export class Trial {
  now: Situation;
  readonly saga: Saga;
  private readonly provider = new PlannedProvider(this);

  constructor(
    readonly plan: Plan,
    from: Situation,
    private readonly choices: Choices,
  ) {
    this.now = from;
    const type = { providerId: 'type', title: '' };
    this.saga = {
      id: 'saga',
      state: from.state,
      plan: [...from.plan],
      input: { command: { attendee: { email: '' } }, eventTypes: { type } },
      eventTypes: { type: {} },
      answers: new Map(from.answers.map(([step, uid, status]) => [step, { uid, status } as ProviderBooking])),
      nowMs: () => msOf(this.now.clock),
    } as unknown as Saga;
  }

  /** What has become of the situation; whoever was killed, or has laid the saga down, knows nothing of it any more. */
  async run(): Promise<Situation> {
    try {
      await (this.driver() as unknown as Step).step(this.saga);
      const answers = [...this.saga.answers].map(
        ([step, { uid, status }]) => [step, uid, status as PlannedBooking['status']] as const,
      );
      const known = answers.filter(([step, uid]) => this.saga.state.steps[step]!.uid === uid);
      return { ...this.now, answers: known.map(([...answer]) => answer) };
    } catch (error) {
      if (!(error instanceof Killed) && !isLaidDown(error)) throw error;
      return { ...this.now, answers: [] };
    }
  }

  pick<T>(options: readonly T[]): T {
    return this.choices.pick(options);
  }

  tick(): void {
    if (this.now.clock + 1 < DAYS_LATER) this.change(({ clock }) => ({ clock: clock + 1 }));
  }

  change(by: (now: Situation) => Partial<Situation>): void {
    this.now = { ...this.now, ...by(this.now) };
  }

  breaks(rule: string): void {
    this.change(() => ({ broken: rule }));
  }

  private driver(): SagaDriver {
    const sagas = this.sagas();
    const record = new SagaRecord(sagas, this.ends());
    const { plan } = this;
    const isFit = (): boolean => !plan.mayBeUnfit || this.pick([true, false]);
    const replica = { get isFit() { return isFit(); } } as unknown as Replica; // prettier-ignore
    const steps = this.steps();
    return new SagaDriver(
      sagas,
      new SagaForward(record, steps, replica),
      new SagaBackward(record, steps, replica),
      new SagaConfirmation(record, steps, replica),
      record,
    );
  }

  private steps(): BookingSteps {
    const { provider } = this;
    const calls = {
      run: async <T>(_: string, call: (at: PlannedProvider) => Promise<T>) => call(provider),
      watch: <T>(_: string, call: Promise<T>) => call,
    };
    const config = { get: () => ({ settleMs: TICK_MS - INTENT_AGE_MAX_MS }) };
    const times = { wantedByAnswer: async () => (this.plan.mayClash ? [{}] : []) };
    return new BookingSteps(
      config as unknown as ConfigService<AppConfig, true>,
      calls as unknown as ProviderCalls,
      {} as EventTypesService,
      times as unknown as HostTimes,
    );
  }

  /** Before the commit or after it the process may be killed. */
  private sagas(): SagasRepository {
    const repository = {
      transaction: async (work: (manager: undefined) => Promise<void>) => {
        const before = this.now;
        await work(undefined);
        const way = this.pick(['well', 'killed before the commit', 'killed after the commit']);
        if (way === 'killed before the commit') this.now = { ...before, hasClash: this.now.hasClash };
        if (way !== 'well') throw new Killed();
      },
      save: async (_: undefined, saga: Saga, state: SagaState) => this.save(saga, state),
      handBack: async () => undefined,
    };
    return repository as unknown as SagasRepository;
  }

  private save({ plan }: Saga, state: SagaState): void {
    const before = this.now.state;
    const isTold = before.status === 'running' && state.status !== 'running';
    const told = isTold ? ({ told: state.status === 'confirmed' ? '201' : 'failure' } as const) : {};
    const changed = this.now.plan.map((step, at) => (before.steps[at] === state.steps[at] ? step : plan[at]!));
    // Back-offs are left out: time passes as the choices say.
    this.change(() => ({ ...told, state: { ...state, nextMs: 0, tries: Math.min(1, state.tries) }, plan: changed }));
  }

  private ends(): SagaEnds {
    const ends = {
      failureOf: () => NOT_BOOKED,
      claim: async (_: undefined, __: Saga, claims: unknown[]) => {
        if (claims.length === 0) return;
        const isClaimed = this.now.hasClash || this.pick([false, true]);
        if (!isClaimed) return;
        this.change(() => ({ hasClash: true }));
        throw new TimeClaimed({ account: '', host: '' });
      },
      settle: async () => undefined,
    };
    return ends as unknown as SagaEnds;
  }
}

function isLaidDown(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('not fit');
}
