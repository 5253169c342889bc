/** A deadline and a correlation id that travel with a call, so that nobody works for a caller who has gone. */
export interface CallContext {
  correlationId?: string;
  signal?: AbortSignal;
  /** `background` for work that nobody waits for: it never takes the pace from people. `interactive` when absent. */
  lane?: 'interactive' | 'background';
}
