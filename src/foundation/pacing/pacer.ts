import { sha256 } from '../crypto/digests';
import { CredentialPace, Permit, PermitRequest } from './credential-pace';
import { PaceBudget, permitsFree, rulesFor } from './pace-log';
import { PaceMetrics } from './pace-metrics';
import { PaceRefused } from './pace-refused';
import { PaceStore } from './pace-store';
import { RateWord } from './rate-headers';
import { systemTimers, Timers } from './timers';

/** A provider's window may begin anywhere in our log, so it is waited out and a second more. */
const AFTER_BLOCK_MS = 1_000;

/** How the pace of a credential stands in all processes together. */
export interface Standing {
  /** Calls in any window of this length. */
  limit: number;
  windowSeconds: number;
  /** Calls that a write could make now; 0 while blocked. */
  left: number;
  /** The provider has blocked the credential until then, milliseconds since the epoch; absent when it has not. */
  blockedUntilMs?: number;
}

/**
 * Leave to call a provider, per credential: never more calls than its budget in any window, together with every other
 * process on the same database.
 */
export class Pacer {
  private readonly paces = new Map<string, CredentialPace>();
  private sweptMs: number;

  constructor(
    private readonly store: PaceStore,
    private readonly metrics: PaceMetrics,
    private readonly timers: Timers = systemTimers,
  ) {
    this.sweptMs = timers.now();
    metrics.read = () => [...this.paces.values()];
  }

  /**
   * Waits for leave to make one call with this secret.
   *
   * @throws PaceRefused as soon as it is clear that there will be none within the caller's patience: nothing was sent,
   *   and the error says how long it takes.
   * @throws the signal's reason when the caller goes away, and the store's error when it cannot be asked.
   */
  async permit(secret: string, request: PermitRequest): Promise<Permit> {
    this.sweep(request.budget.windowMs);
    const { lane } = request;
    try {
      const permit = await this.paceOf(credentialOf(secret)).permit(request);
      this.metrics.granted(lane, permit.waitedMs);
      return permit;
    } catch (error) {
      if (error instanceof PaceRefused) this.metrics.refused(lane);
      throw error;
    }
  }

  /**
   * Learns from the answer to a permitted call. A refusal silences the credential for the whole block, in every
   * process. What the provider leaves binds where it is less than our own log believes: then others use the
   * credential too, or its limit is lower.
   */
  async observe(permit: Permit, { limit, remaining, resetSeconds, refused }: RateWord): Promise<void> {
    if (refused) return this.paceOf(permit.credential).silence(resetSeconds * 1000 + AFTER_BLOCK_MS);
    const { credential, budget } = permit;
    const used = Math.max(permit.used, this.paceOf(credential).usedLately());
    if (remaining === undefined || remaining >= budget.calls - used) return;
    // The first call of a window leaves all but one, whatever the limit is: the second says as much.
    if (limit !== undefined && remaining >= limit - 1) return;
    const word = { sinceMs: permit.grantedMs, calls: remaining, forMs: resetSeconds * 1000 + AFTER_BLOCK_MS };
    await this.store.cap(credential, word, budget);
  }

  /**
   * What is left of a secret's pace, from the log that all processes share. Asks the store and takes nothing.
   *
   * @throws the store's error when it cannot be asked.
   */
  async standing(secret: string, named: PaceBudget): Promise<Standing> {
    const credential = credentialOf(secret);
    const budget = this.paces.get(credential)?.budget() ?? named;
    const { nowMs, log } = await this.store.look(credential);
    const { silentUntilMs } = log;
    return {
      limit: budget.calls,
      windowSeconds: budget.windowMs / 1000,
      left: permitsFree(log, nowMs, rulesFor('write', budget), budget.calls),
      ...(silentUntilMs > nowMs ? { blockedUntilMs: silentUntilMs } : {}),
    };
  }

  private paceOf(credential: string): CredentialPace {
    const known = this.paces.get(credential);
    if (known) return known;
    const pace = new CredentialPace(credential, this.store, this.timers);
    this.paces.set(credential, pace);
    return pace;
  }

  /** Credentials that nobody uses are forgotten once a window. */
  private sweep(windowMs: number): void {
    if (this.timers.now() - this.sweptMs < windowMs) return;
    this.sweptMs = this.timers.now();
    for (const [credential, pace] of this.paces) if (pace.isIdle()) this.paces.delete(credential);
  }
}

/** A digest for this purpose alone: it is found in no other table, and the key cannot be had from it. */
function credentialOf(secret: string): string {
  return sha256(`pace of a provider credential\n${secret}`);
}
