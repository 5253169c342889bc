import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CredentialPace } from './credential-pace';
import { Lane, LANES } from './pace-log';

/** From a permit at once to the patience of background work. */
const SECONDS = [0.002, 0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30];

/** The pace in numbers. Lanes are the only labels: a credential's digest would still be an id. */
export class PaceMetrics {
  /** Set by the pacer: what gauges are read from when somebody looks. */
  read: () => CredentialPace[] = () => [];
  private readonly wait: Histogram<'lane'>;
  private readonly refusals: Counter<'lane'>;

  constructor(registry: Registry) {
    this.wait = new Histogram({
      name: 'slotbridge_pace_wait_seconds',
      help: 'Time that a provider call waited for its permit, by lane',
      labelNames: ['lane'] as const,
      buckets: SECONDS,
      registers: [registry],
    });
    this.refusals = new Counter({
      name: 'slotbridge_pace_refused_total',
      help: 'Provider calls that got no permit within their deadline and were not sent, by lane',
      labelNames: ['lane'] as const,
      registers: [registry],
    });
    this.registerGauges(registry);
  }

  granted(lane: Lane, waitedMs: number): void {
    this.wait.observe({ lane }, waitedMs / 1000);
  }

  refused(lane: Lane): void {
    this.refusals.inc({ lane });
  }

  private registerGauges(registry: Registry): void {
    const left = (lane: Lane): number => Math.min(...this.read().map((pace) => pace.left(lane)));
    const isAnyInUse = (): boolean => this.read().length > 0;
    const silent = (): number => this.read().filter((pace) => pace.silentMs() > 0).length;
    new Gauge({
      name: 'slotbridge_pace_budget_left',
      help: 'Calls that the credential with the least left may still make now, by lane; absent while none is in use',
      labelNames: ['lane'] as const,
      registers: [registry],
      collect() {
        this.reset();
        if (isAnyInUse()) for (const lane of LANES) this.set({ lane }, left(lane));
      },
    });
    new Gauge({
      name: 'slotbridge_pace_blocked_credentials',
      help: 'Credentials that the provider has blocked for their rate, as known to this process',
      registers: [registry],
      collect() {
        this.set(silent());
      },
    });
  }
}
