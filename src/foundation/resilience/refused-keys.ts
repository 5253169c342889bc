import { sha256 } from '../crypto/digests';

/** Keys remembered at once; the one refused earliest is forgotten first. */
const KEYS_MAX = 1_000;

/** `unknown`: the call ended without saying anything about its key. */
export type KeyVerdict = 'accepted' | 'refused' | 'unknown';

/** Another call with the same refused key was just made and did not get through; this one was not sent. */
export class KeyNotTried extends Error {
  override readonly name = 'KeyNotTried';

  constructor(readonly verdict: Exclude<KeyVerdict, 'accepted'>) {
    super(`another call has just tried this key, which was refused before: ${verdict}`);
  }
}

/**
 * Keys that a provider refused, of this process. For how long a refused key rests is not decided here: this only makes
 * sure that many callers at the same time try it once, and not each of them.
 */
export class RefusedKeys {
  /** By digest; the value is the call under way that tries the key, if there is one. */
  private readonly refused = new Map<string, Promise<KeyVerdict> | undefined>();

  /**
   * Makes one call with `key` at `host`. While another call tries a refused key, this one waits for its verdict.
   *
   * @param verdictOf what a failure says about the key.
   * @throws KeyNotTried when the other call was not accepted: nothing was sent. Else whatever `call` throws.
   */
  async run<T>(
    { host, key }: { host: string; key: string },
    call: () => Promise<T>,
    verdictOf: (error: unknown) => KeyVerdict,
  ): Promise<T> {
    const digest = sha256(JSON.stringify([host, key]));
    const trialUnderWay = this.refused.get(digest);
    const verdict = trialUnderWay ? await trialUnderWay : 'accepted';
    if (verdict !== 'accepted') throw new KeyNotTried(verdict);
    const trial = Promise.withResolvers<KeyVerdict>();
    const isTrial = this.refused.has(digest);
    if (isTrial) this.refused.set(digest, trial.promise);
    const settle = (found: KeyVerdict): void => {
      this.settle(digest, isTrial, found);
      trial.resolve(found);
    };
    try {
      const result = await call();
      settle('accepted');
      return result;
    } catch (error) {
      settle(verdictOf(error));
      throw error;
    }
  }

  private settle(digest: string, wasTrial: boolean, verdict: KeyVerdict): void {
    if (verdict === 'accepted') return void this.refused.delete(digest);
    // Calls that had left before the first refusal come back one by one; they end nobody's trial.
    const ends = wasTrial ? this.refused.has(digest) : verdict === 'refused' && !this.refused.has(digest);
    if (ends) this.refused.set(digest, undefined);
    if (this.refused.size > KEYS_MAX) this.refused.delete([...this.refused.keys()][0]!);
  }
}
