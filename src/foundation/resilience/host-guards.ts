import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../metrics/metrics.service';
import { HostGuard } from './host-guard';

/** Hosts remembered at once. Far more than companies have; the one not called for longest is forgotten first. */
const HOSTS_MAX = 1_000;

/** One guard for each host of a provider. Metrics count hosts and never name them: they are companies' data. */
export class HostGuards {
  /** In the order of use. */
  private readonly guards = new Map<string, HostGuard>();
  private readonly retries: Counter;

  /** @param now milliseconds from any origin, never going back. */
  constructor(
    metrics: Pick<Metrics, 'registry'>,
    private readonly provider: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.retries = new Counter({
      name: 'slotbridge_provider_retries_total',
      help: 'Reads sent to a provider once more',
      labelNames: ['provider'],
      registers: [metrics.registry],
    });
    this.retries.inc({ provider }, 0);
    const count = (): Record<string, number> => this.counts();
    new Gauge({
      name: 'slotbridge_provider_breakers',
      help: 'Hosts of a provider by the state of their circuit breaker; open means that calls fail at once',
      labelNames: ['provider', 'state'],
      registers: [metrics.registry],
      collect() {
        for (const [state, hosts] of Object.entries(count())) this.set({ provider, state }, hosts);
      },
    });
  }

  /** The guard of the host of `url`. */
  of(url: string): HostGuard {
    const { host } = new URL(url);
    const guard = this.guards.get(host) ?? new HostGuard(this.now);
    this.guards.delete(host);
    this.guards.set(host, guard);
    if (this.guards.size > HOSTS_MAX) this.guards.delete([...this.guards.keys()][0]!);
    return guard;
  }

  countRetry(): void {
    this.retries.inc({ provider: this.provider });
  }

  private counts(): Record<'open' | 'closed', number> {
    const open = [...this.guards.values()].filter((guard) => guard.isOpen).length;
    return { open, closed: this.guards.size - open };
  }
}
