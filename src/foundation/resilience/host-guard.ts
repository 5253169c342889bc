import { ExponentialBackoff, fullJitterGenerator, handleWhen, retry } from 'cockatiel';
import { CircuitBreaker, Evidence } from './circuit-breaker';
import { RetryBudget } from './retry-budget';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 2_000;

/** The host is out of order and rests; nothing was sent. */
export class HostRests extends Error {
  override readonly name = 'HostRests';

  constructor() {
    super('the host did not answer lately and rests');
  }
}

export interface RunRules {
  /** Whether this call may be the one that finds out whether a host is back. */
  mayProbe: boolean;
  /** What a failure says about the host. */
  evidenceOf: (error: unknown) => Evidence;
}

export interface RetryRules {
  /** Repeats of one call, at most. */
  attempts: number;
  mayRepeat: (error: unknown) => boolean;
  onRetry?: () => void;
}

/** What one process knows of one host: whether it is down, and how many repeats it may still be burdened with. */
export class HostGuard {
  private readonly breaker: CircuitBreaker;
  private readonly budget: RetryBudget;

  constructor(now: () => number) {
    this.breaker = new CircuitBreaker(now);
    this.budget = new RetryBudget(now);
  }

  get isOpen(): boolean {
    return this.breaker.isOpen;
  }

  /** Whether calls fail at once at this moment. */
  get isResting(): boolean {
    return this.breaker.isResting;
  }

  /**
   * Makes one call, or none while the host rests. The outcome is taken as evidence of the host's health.
   *
   * @param call is given what it must call right before the bytes leave; that throws as well when the host was found
   *   down while the call waited for something else.
   * @throws HostRests when nothing was sent, else whatever `call` throws.
   */
  async run<T>(call: (leaving: () => void) => Promise<T>, { mayProbe, evidenceOf }: RunRules): Promise<T> {
    const leave = this.breaker.admit(mayProbe);
    if (!leave) throw new HostRests();
    const leaving = (): void => {
      if (!this.breaker.stands(leave)) throw new HostRests();
      this.budget.sent();
    };
    try {
      const result = await call(leaving);
      this.breaker.settle(leave, 'answered');
      return result;
    } catch (error) {
      this.breaker.settle(leave, error instanceof HostRests ? 'none' : evidenceOf(error));
      throw error;
    }
  }

  /**
   * Repeats after passing failures, with full jitter, as long as rules, budget and signal allow. A probe is not
   * repeated: the next one is due soon enough.
   */
  repeating<T>(rules: RetryRules, call: (attempt: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    let left = rules.attempts;
    const allowed = (error: unknown): boolean => {
      if (left <= 0 || signal?.aborted || this.isOpen || !rules.mayRepeat(error)) return false;
      if (!this.budget.take()) return false;
      left--;
      rules.onRetry?.();
      return true;
    };
    const backoff = new ExponentialBackoff({
      generator: fullJitterGenerator,
      initialDelay: FIRST_RETRY_MS,
      maxDelay: LONGEST_RETRY_MS,
    });
    return retry(handleWhen(allowed), { maxAttempts: rules.attempts, backoff }).execute(
      ({ attempt }) => call(attempt + 1),
      signal,
    );
  }
}
