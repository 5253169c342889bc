import type { LaneRules, PaceBudget, PaceLog, ProviderCap } from './pace-log';

export interface PaceAnswer {
  /** 0 to the number asked for. */
  granted: number;
  /** The store's clock when it decided. */
  nowMs: number;
  /** Permits in the window, these included. */
  used: number;
  /** Present when fewer were granted than asked for: from it the wait is known. */
  log?: PaceLog;
}

/** Times of an answer are durations: clocks differ. */
export type CapWord = Omit<ProviderCap, 'untilMs'> & { forMs: number };

/** What is known of a credential, and the store's clock at that moment. */
export interface PaceSight {
  nowMs: number;
  log: PaceLog;
}

/** Where permits are given, for all processes that share a credential. `credential` is a digest, never a key. */
export abstract class PaceStore {
  /** Gives as many permits as the rules leave, up to `want`, in one step that no other process can come between. */
  abstract take(credential: string, rules: LaneRules, want: number): Promise<PaceAnswer>;
  /** Nobody gets a permit for so long; a longer silence that is known already stays. */
  abstract silence(credential: string, forMs: number): Promise<void>;
  /** Remembers what the provider said it leaves, where that is less than the log leaves; newer words replace older. */
  abstract cap(credential: string, word: CapWord, budget: PaceBudget): Promise<void>;
  /** Changes nothing. The log is empty for a credential that was never seen. */
  abstract look(credential: string): Promise<PaceSight>;
}
