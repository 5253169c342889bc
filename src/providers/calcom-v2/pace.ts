import type { Permit } from '../../foundation/pacing/credential-pace';
import type { Lane, PaceBudget } from '../../foundation/pacing/pace-log';
import { PaceRefused } from '../../foundation/pacing/pace-refused';
import { Pacer } from '../../foundation/pacing/pacer';
import { rateWord } from '../../foundation/pacing/rate-headers';
import type { ConnectionCredential } from '../../scheduling/connection-store';
import type { CallContext } from '../../scheduling/call-context';
import type { PaceStanding } from '../../scheduling/words';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { Answer, errorFromFault } from './errors';
import { isWrite, OperationName } from './operations';

/**
 * How long a call waits for its permit. A person waits for a booking longer than for a page of slots; both get their
 * answer, or the true wait, before a browser or a proxy gives up.
 */
const PATIENCE_MS: Record<Lane, number> = { write: 10_000, interactive: 5_000, background: 30_000 };

/** Cal.com's limit belongs to the key: every call, a repeat too, first gets its permit here. */
export class Pace {
  constructor(
    private readonly pacer: Pacer,
    private readonly budget: PaceBudget,
  ) {}

  /**
   * @throws SchedulingError `RATE_LIMITED` with the true wait when there is no permit in time, `UNAVAILABLE` when the
   *   caller has gone or permits cannot be had at all. Nothing was sent.
   */
  async permit(operation: OperationName, credential: ConnectionCredential, context?: CallContext): Promise<Permit> {
    const lane: Lane = isWrite(operation) ? 'write' : (context?.lane ?? 'interactive');
    const { companyId, apiKey } = credential;
    const request = {
      lane,
      companyId,
      budget: this.budgetOf(credential),
      patienceMs: PATIENCE_MS[lane],
      signal: context?.signal,
    };
    try {
      return await this.pacer.permit(apiKey, request);
    } catch (error) {
      if (!(error instanceof PaceRefused))
        throw errorFromFault(operation, 'ABORTED_BEFORE_SENDING', { left: false, cause: error });
      const { retryAfterSeconds } = error;
      throw new SchedulingError('RATE_LIMITED', `${operation}: not sent, ${error.message}`, { retryAfterSeconds });
    }
  }

  /** How the credential's pace stands now, in all processes together. */
  standing(credential: ConnectionCredential): Promise<PaceStanding> {
    return this.pacer.standing(credential.apiKey, this.budgetOf(credential));
  }

  /** What the connection's settings say; else the deployment's limit for a key of Cal.com. */
  budgetOf({ settings }: Pick<ConnectionCredential, 'settings'>): PaceBudget {
    const pace = settings?.pace;
    return pace ? { calls: pace.calls, windowMs: pace.windowSeconds * 1000 } : this.budget;
  }

  /** Never throws: an answer is worth more than what it says about the pace. */
  async heard(permit: Permit, { headers, status }: Answer): Promise<void> {
    await this.pacer.observe(permit, rateWord(headers, status, Date.now())).catch(() => undefined);
  }
}
