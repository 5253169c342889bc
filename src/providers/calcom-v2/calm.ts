import { HostGuard, HostRests } from '../../foundation/resilience/host-guard';
import { HostGuards } from '../../foundation/resilience/host-guards';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { isPassing, outageEvidence } from './errors';
import { isWrite, OperationName } from './operations';

export interface CalmCall<T> {
  operation: OperationName;
  baseUrl: string;
  /** The caller's patience. */
  signal?: AbortSignal;
  /** Sends once. */
  attempt(number: number): Promise<T>;
  /** A harmless read of the same account. */
  probe(): Promise<unknown>;
}

/** Keeps calm while a host is down: fails at once, looks now and then whether it is back, repeats little and only reads. */
export class Calm {
  private readonly hosts: HostGuards;

  constructor(
    metrics: Metrics,
    private readonly retryAttempts: number,
  ) {
    this.hosts = new HostGuards(metrics, 'calcom-v2');
  }

  /**
   * @throws SchedulingError `UNAVAILABLE` when the host is known to be down: nothing was sent, also no write.
   * @throws whatever `attempt` throws.
   */
  async send<T>(call: CalmCall<T>): Promise<T> {
    const host = this.hosts.of(call.baseUrl);
    try {
      return await (isWrite(call.operation) ? this.write(host, call) : this.read(host, call));
    } catch (error) {
      if (!(error instanceof HostRests)) throw error;
      throw new SchedulingError('UNAVAILABLE', `${call.operation}: ${error.message}`);
    }
  }

  private read<T>(host: HostGuard, call: CalmCall<T>): Promise<T> {
    const rules = {
      attempts: this.retryAttempts,
      mayRepeat: (error: unknown) => error instanceof SchedulingError && isPassing(error),
      onRetry: () => this.hosts.countRetry(),
    };
    return host.repeating(rules, (number) => this.once(host, call, number), call.signal);
  }

  /** A write never finds out whether a host is back, for then its outcome could be unknown: a read goes before it. */
  private async write<T>(host: HostGuard, call: CalmCall<T>): Promise<T> {
    host.assertAwake();
    if (host.isOpen) await call.probe().catch(() => undefined);
    return this.once(host, call, 1);
  }

  private once<T>(host: HostGuard, call: CalmCall<T>, number: number): Promise<T> {
    const { operation } = call;
    return host.run(() => call.attempt(number), {
      mayProbe: !isWrite(operation),
      evidenceOf: (error) => (call.signal?.aborted ? 'none' : outageEvidence(operation, error)),
    });
  }
}
