import { Metrics } from '../../foundation/metrics/metrics.service';
import { HostGuard, HostRests } from '../../foundation/resilience/host-guard';
import { HostGuards } from '../../foundation/resilience/host-guards';
import { KeyNotTried, KeyVerdict, RefusedKeys } from '../../foundation/resilience/refused-keys';
import { ConnectionCredential } from '../../scheduling/connection-store';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { isPassing, outageEvidence } from './errors';
import { isWrite, OperationName } from './operations';

/** One attempt's turn to be sent. */
export interface Turn {
  /** From 1. */
  number: number;
  /**
   * To be called right before the bytes leave.
   *
   * @throws SchedulingError `UNAVAILABLE` when the host was found down while the attempt waited: it must not be sent.
   */
  leaving: () => void;
}

export interface CalmCall<T> {
  operation: OperationName;
  credential: Pick<ConnectionCredential, 'baseUrl' | 'apiKey'>;
  /** The caller's patience. */
  signal?: AbortSignal;
  /** Sends once. */
  attempt(turn: Turn): Promise<T>;
  /** A harmless read of the same account. */
  probe(): Promise<unknown>;
}

/** Keeps calm while a host is down or a key is refused: fails at once, looks rarely, repeats little and only reads. */
export class Calm {
  private readonly hosts: HostGuards;
  private readonly keys = new RefusedKeys();

  constructor(
    metrics: Metrics,
    private readonly retryAttempts: number,
  ) {
    this.hosts = new HostGuards(metrics, 'calcom-v2');
  }

  /**
   * @throws SchedulingError `UNAVAILABLE` when the host is known to be down, `AUTHENTICATION_FAILED` when the key was
   *   refused to another call at this moment: nothing was sent, also no write.
   * @throws whatever `attempt` throws.
   */
  async send<T>(call: CalmCall<T>): Promise<T> {
    const host = this.hosts.of(call.credential.baseUrl);
    try {
      return await (isWrite(call.operation) ? this.write(host, call) : this.read(host, call));
    } catch (error) {
      throw notSent(call.operation, error) ?? error;
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
    if (host.isOpen && !host.isResting) await call.probe().catch(() => undefined);
    return this.once(host, call, 1);
  }

  private once<T>(host: HostGuard, call: CalmCall<T>, number: number): Promise<T> {
    const { operation, credential } = call;
    const place = { host: credential.baseUrl, key: credential.apiKey };
    const turn = (leaving: () => void): Turn => ({ number, leaving: () => inOurWords(operation, leaving) });
    return host.run((leaving) => this.keys.run(place, () => call.attempt(turn(leaving)), keyVerdict), {
      mayProbe: !isWrite(operation),
      evidenceOf: (error) => (call.signal?.aborted ? 'none' : outageEvidence(operation, error)),
    });
  }
}

/** Any other refusal is made to somebody whose key was accepted before. */
function keyVerdict(error: unknown): KeyVerdict {
  if (!(error instanceof SchedulingError) || error.details.providerStatus === undefined) return 'unknown';
  if (error.code === 'AUTHENTICATION_FAILED') return 'refused';
  return ['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'RATE_LIMITED'].includes(error.code) ? 'unknown' : 'accepted';
}

function inOurWords(operation: OperationName, leaving: () => void): void {
  try {
    leaving();
  } catch (error) {
    throw notSent(operation, error) ?? error;
  }
}

function notSent(operation: OperationName, error: unknown): SchedulingError | undefined {
  const isRefusedKey = error instanceof KeyNotTried && error.verdict === 'refused';
  if (isRefusedKey) return new SchedulingError('AUTHENTICATION_FAILED', `${operation}: not sent, ${error.message}`);
  if (!(error instanceof HostRests || error instanceof KeyNotTried)) return undefined;
  return new SchedulingError('UNAVAILABLE', `${operation}: not sent, ${error.message}`);
}
