import { Registry } from 'prom-client';
import type { KnownChange } from '../../../src/features/availability/store/known-change';
import { SlotStore } from '../../../src/features/availability/store/slot-store';
import type { Permit } from '../../../src/foundation/pacing/credential-pace';
import { CALCOM_BUDGET, type Lane } from '../../../src/foundation/pacing/pace-log';
import { PaceMetrics } from '../../../src/foundation/pacing/pace-metrics';
import { Pacer } from '../../../src/foundation/pacing/pacer';
import { HostGuard, HostRests } from '../../../src/foundation/resilience/host-guard';
import type { OperationName } from '../../../src/providers/calcom-v2/operations';
import { Pace } from '../../../src/providers/calcom-v2/pace';
import type { ConnectionCredential } from '../../../src/scheduling/connection-store';
import { SchedulingError } from '../../../src/scheduling/scheduling-error';
import { PaceStoreInMemory } from '../../fixtures/pacing/pace-store-in-memory';
import { type Answer, type News, type Policy, Refused } from './policy';
import type { Provider, Reply } from './provider';
import type { Appointment, Company, SoldTypeOfOne } from './salons';
import type { VirtualTime } from './virtual-time';

/** The way to Postgres and back, where permits are shared. */
const PACE_STORE_MS = 1;
/** As {@link BudgetUse} does. */
const SHARE_KEPT_MS = 5_000;

class ProviderDown extends SchedulingError {}

/** Our own store, pacer, lanes and circuit breaker, as the service wires them. */
export class StorePolicy implements Policy {
  readonly store: SlotStore;
  private readonly pace: Pace;
  private readonly guard: HostGuard;
  private readonly shares = new Map<string, { share: number; atMs: number }>();
  private readonly types = new Map<string, SoldTypeOfOne>();

  constructor(
    private readonly time: VirtualTime,
    private readonly provider: Provider,
  ) {
    const hop = (): Promise<void> => time.elapse(PACE_STORE_MS / 2);
    const pacer = new Pacer(new PaceStoreInMemory(time.now, hop), new PaceMetrics(new Registry()), time);
    this.pace = new Pace(pacer, CALCOM_BUDGET);
    this.guard = new HostGuard(time.now);
    this.store = new SlotStore({
      now: time.now,
      timers: time,
      usedShare: (connectionId) => this.usedShare(connectionId),
      fetch: ({ eventType }, fromMs, toMs, { lane }) => {
        const type = this.types.get(eventType.id)!;
        return this.paced(type.company, 'slots.list', () => provider.slots(type, fromMs, toMs), lane);
      },
    });
  }

  async read(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer> {
    this.types.set(type.sold.eventType.id, type);
    try {
      const { starts, fetchedAtMs, stale } = await this.store.read(type.sold, fromMs, toMs);
      return { starts, fetchedAtMs, isMarked: stale };
    } catch (error) {
      throw inOurWords(error);
    }
  }

  /** The time is claimed before the call, and told to be taken before anybody is answered. */
  async book(type: SoldTypeOfOne, startMs: number): Promise<Appointment | undefined> {
    const { company, host, lengthMs } = type;
    const claimant = `saga ${this.time.now()} ${type.sold.eventType.id}`;
    const claim = { claimant, host: `host ${host.name}`, fromMs: startMs, toMs: startMs + lengthMs };
    this.tell(type, [{ kind: 'claimed', ...claim }]);
    try {
      const made = await this.paced(company, 'bookings.create', () => this.provider.book(type, startMs));
      if (made) this.hear({ kind: 'taken', appointment: made });
      return made;
    } catch (error) {
      throw inOurWords(error);
    } finally {
      this.tell(type, [{ kind: 'ended', claimant }]);
    }
  }

  async cancel(appointment: Appointment): Promise<void> {
    try {
      const { company } = appointment.type;
      await this.paced(company, 'bookings.cancel', () => this.provider.cancel(appointment));
    } catch (error) {
      throw inOurWords(error);
    }
    this.hear({ kind: 'changed', appointment });
  }

  /** As the service writes it down: a booking's time is its host's in every type. */
  hear({ kind, appointment }: News): void {
    const { type, host, startMs, endMs, subject } = appointment;
    const eventType = type.sold.eventType.providerId;
    this.tell(type, [{ kind, hosts: [`host ${host.name}`], eventType, fromMs: startMs, toMs: endMs, subject }]);
  }

  private tell({ sold }: SoldTypeOfOne, changes: KnownChange[]): void {
    this.store.hear(sold.account, changes);
  }

  private paced<T>(
    company: Company,
    operation: OperationName,
    send: () => Promise<Reply<T>>,
    lane?: Exclude<Lane, 'write'>,
  ): Promise<T> {
    return this.guard.run(
      async (leaving) => {
        const permit = await this.pace.permit(operation, credentialOf(company), { lane });
        leaving();
        return this.bodyOf(permit, await send());
      },
      {
        mayProbe: operation === 'slots.list',
        evidenceOf: (error) => (error instanceof ProviderDown ? 'failing' : 'none'),
      },
    );
  }

  private async bodyOf<T>(permit: Permit, { status, headers, body }: Reply<T>): Promise<T> {
    await this.pace.heard(permit, { status, headers, body });
    if (status === 503) throw new ProviderDown('UNAVAILABLE', 'down');
    if (status === 429) throw new SchedulingError('RATE_LIMITED', 'blocked');
    return body as T;
  }

  private usedShare(connectionId: string): number {
    const known = this.shares.get(connectionId);
    const share = known?.share ?? 0;
    if (known && this.time.now() - known.atMs <= SHARE_KEPT_MS) return share;
    this.shares.set(connectionId, { share, atMs: this.time.now() });
    void this.pace.standing(credentialOf({ id: connectionId })).then(({ left, limit }) => {
      this.shares.set(connectionId, { share: 1 - left / limit, atMs: this.time.now() });
    });
    return share;
  }
}

function inOurWords(error: unknown): unknown {
  return error instanceof SchedulingError || error instanceof HostRests ? new Refused(error.message) : error;
}

function credentialOf({ id }: Pick<Company, 'id'>): ConnectionCredential {
  return {
    connectionId: id,
    companyId: id,
    provider: 'calcom-v2',
    baseUrl: 'https://provider.example',
    apiKey: `key of ${id}`,
    source: 'own',
  };
}
