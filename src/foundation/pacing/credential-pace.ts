import { BudgetsInUse } from './budgets-in-use';
import { FairQueue } from './fair-queue';
import { CALCOM_BUDGET, Lane, LANES, PaceBudget, PaceLog, permittedAt, rulesFor } from './pace-log';
import { PaceRefused } from './pace-refused';
import { PaceAnswer, PaceStore } from './pace-store';
import { Timers } from './timers';

export interface PermitRequest {
  lane: Lane;
  /** Companies that share a credential take turns. */
  companyId: string;
  /** Where callers of one credential name different ones, {@link BudgetsInUse} says what counts. */
  budget: PaceBudget;
  /** How long the caller is ready to wait. */
  patienceMs: number;
  /** The caller has gone: its place in the queue is given up. */
  signal?: AbortSignal;
}

/** Leave for exactly one call, to be used at once. */
export interface Permit {
  credential: string;
  /** That it was given by. */
  budget: PaceBudget;
  /** The store's clock when it was given. */
  grantedMs: number;
  /** Calls that our own log counted in the window then, this one included. */
  used: number;
  waitedMs: number;
}

interface Waiting extends PermitRequest {
  sinceMs: number;
  grant: (permit: Permit) => void;
  refuse: (error: unknown) => void;
}

/** So much later than writes reads wake for the same place: a write that waits in another process then asks first. */
const READS_LATER_MS = 10;

/** The queue of one credential in this process, and the one place that asks the store for its permits. */
export class CredentialPace {
  private readonly queue = new FairQueue<Waiting>();
  private readonly budgets = new BudgetsInUse();
  private asking = false;
  private sleep: { lane: Lane; cancel: () => void } | undefined;
  /** The log as last told, and the store's clock by ours. */
  private known: { log: PaceLog; aheadMs: number } | undefined;
  private last: { used: number; atMs: number } | undefined;

  constructor(
    private readonly credential: string,
    private readonly store: PaceStore,
    private readonly timers: Timers,
  ) {}

  /**
   * Waits for leave to make one call.
   *
   * @throws PaceRefused as soon as it is clear that there will be none within the caller's patience.
   * @throws the signal's reason when the caller goes away, and the store's error when it cannot be asked.
   */
  permit(request: PermitRequest): Promise<Permit> {
    request.signal?.throwIfAborted();
    this.budgets.name(request.budget, this.timers.now());
    const waitMs = this.waitMs(request, this.queue.ahead(request.lane, request.companyId));
    if (waitMs > request.patienceMs) throw refused(waitMs);
    return new Promise((resolve, reject) => {
      this.enqueue(request, resolve, reject);
      this.serve();
    });
  }

  /** What counts now; Cal.com's when nobody has named one. */
  budget(): PaceBudget {
    return this.budgets.strictest(this.timers.now()) ?? CALCOM_BUDGET;
  }

  /** Calls left for a lane as last told; all of them when that is longer ago than the window. */
  left(lane: Lane): number {
    return this.silentMs() > 0 ? 0 : Math.max(0, rulesFor(lane, this.budget()).whole.calls - this.usedLately());
  }

  /** Calls in the window as last told; 0 when that is longer ago. */
  usedLately(): number {
    return this.last && this.timers.now() - this.last.atMs < this.budget().windowMs ? this.last.used : 0;
  }

  /** How long the provider's block lasts, as far as this process knows; 0 when there is none. */
  silentMs(): number {
    return this.known ? Math.max(0, this.known.log.silentUntilMs - this.storeNow()) : 0;
  }

  /** The provider has blocked the credential. Whoever cannot wait that long is told so now. */
  async silence(forMs: number): Promise<void> {
    const log = this.known?.log ?? { permitsMs: [], silentUntilMs: 0 };
    const silentUntilMs = Math.max(log.silentUntilMs, this.storeNow() + forMs);
    this.known = { log: { ...log, silentUntilMs }, aheadMs: this.known?.aheadMs ?? 0 };
    this.refuseTheHopeless();
    await this.store.silence(this.credential, forMs);
  }

  /** Nobody waits and nothing is remembered that still matters. */
  isIdle(): boolean {
    const isRecent = this.last !== undefined && this.timers.now() - this.last.atMs < this.budget().windowMs;
    return this.queue.topLane() === undefined && !this.asking && !isRecent && this.silentMs() === 0;
  }

  private enqueue(request: PermitRequest, resolve: (permit: Permit) => void, reject: (error: unknown) => void): void {
    const leave = (): void => {
      cancelDeadline();
      request.signal?.removeEventListener('abort', gone);
      this.queue.remove(waiting);
      if (this.queue.topLane() === undefined) this.wakeUp();
    };
    const refuse = (error: unknown): void => {
      leave();
      reject(error);
    };
    const grant = (permit: Permit): void => {
      leave();
      resolve(permit);
    };
    const waiting: Waiting = { ...request, sinceMs: this.timers.now(), grant, refuse };
    const gone = (): void => refuse(request.signal?.reason);
    const cancelDeadline = this.timers.after(request.patienceMs, () => refuse(refused(this.waitMs(request, 0))));
    request.signal?.addEventListener('abort', gone);
    this.queue.push(waiting);
  }

  /** Asks for the best lane; whoever sleeps for a better or the same one is not woken for it. */
  private serve(): void {
    const lane = this.queue.topLane();
    if (!lane || this.asking) return;
    if (this.sleep && LANES.indexOf(this.sleep.lane) <= LANES.indexOf(lane)) return;
    this.wakeUp();
    this.asking = true;
    void this.ask(lane).finally(() => {
      this.asking = false;
      this.serve();
    });
  }

  private async ask(lane: Lane): Promise<void> {
    const rules = rulesFor(lane, this.budget());
    try {
      const answer = await this.store.take(this.credential, rules, this.queue.lengthOf(lane));
      this.hand(answer);
      if (!answer.log || this.queue.topLane() === undefined) return;
      this.sleepUntil(lane, permittedAt(answer.log, this.storeNow(), rules, 0) - this.storeNow());
    } catch (error) {
      for (const waiting of this.queue.inOrder()) waiting.refuse(error);
    }
  }

  private hand(answer: PaceAnswer): void {
    const nowMs = this.timers.now();
    this.last = { used: answer.used, atMs: nowMs };
    const budget = this.budget();
    for (let count = 0; count < answer.granted; count += 1) {
      const next = this.queue.shift();
      next?.grant({
        credential: this.credential,
        budget,
        grantedMs: answer.nowMs,
        used: answer.used,
        waitedMs: nowMs - next.sinceMs,
      });
    }
    if (!answer.log) return;
    this.known = { log: answer.log, aheadMs: answer.nowMs - nowMs };
    this.refuseTheHopeless();
  }

  private sleepUntil(lane: Lane, ms: number): void {
    const wake = (): void => {
      this.sleep = undefined;
      this.serve();
    };
    const laterMs = lane === 'write' ? 0 : READS_LATER_MS;
    this.sleep = { lane, cancel: this.timers.after(ms + laterMs, wake) };
  }

  private wakeUp(): void {
    this.sleep?.cancel();
    this.sleep = undefined;
  }

  private refuseTheHopeless(): void {
    let ahead = 0;
    for (const waiting of this.queue.inOrder()) {
      const waitMs = this.waitMs(waiting, ahead);
      const patienceLeftMs = waiting.sinceMs + waiting.patienceMs - this.timers.now();
      if (waitMs > patienceLeftMs) waiting.refuse(refused(waitMs));
      else ahead += 1;
    }
  }

  /** Told from the log as last known: never too long by what others gave back, so hope is not given up too early. */
  private waitMs({ lane }: PermitRequest, ahead: number): number {
    const budget = this.budget();
    const rules = rulesFor(lane, budget);
    if (ahead >= rules.whole.calls) return budget.windowMs;
    if (!this.known) return 0;
    return permittedAt(this.known.log, this.storeNow(), rules, ahead) - this.storeNow();
  }

  private storeNow(): number {
    return this.timers.now() + (this.known?.aheadMs ?? 0);
  }
}

function refused(waitMs: number): PaceRefused {
  return new PaceRefused(Math.max(1, Math.ceil(waitMs / 1000)));
}
