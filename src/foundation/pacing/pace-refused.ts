/** No permit within the caller's patience. Nothing was sent. */
export class PaceRefused extends Error {
  override readonly name = 'PaceRefused';

  /** @param retryAfterSeconds whole seconds, at least one, after which a permit is to be had as things stand. */
  constructor(readonly retryAfterSeconds: number) {
    super(`no permit within the deadline; ${retryAfterSeconds} s to the next one`);
  }
}
