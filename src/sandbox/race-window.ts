import { setTimeout as delay } from 'node:timers/promises';

/** Least time between check and insert. Real servers take 100 to 500 ms; a tenth is enough for parallel calls. */
const THINKING_MS = 25;
/** A caller that dawdles before its check holds the others up no longer than this. */
const LONGEST_WAIT_MS = 250;

/** One booking call on its way from check to write. */
export interface Turn {
  /** To be awaited between check and write. */
  pause(): Promise<void>;
  /** To be called when the call is over, whatever became of it. */
  end(): void;
}

/**
 * Keeps the gap between check and write of parallel booking calls as wide as on the real servers, so that the losers
 * of a race always lose at the write. It guards nothing: that is the point.
 */
export class RaceWindow {
  private checking = 0;
  private waiting: (() => void)[] = [];

  /** `writes`: whether the call is going to check and then write; nobody waits for others. */
  enter(writes = true): Turn {
    let isChecking = writes;
    if (writes) this.checking += 1;
    const checked = (): void => {
      if (!isChecking) return;
      isChecking = false;
      this.checking -= 1;
      if (this.checking === 0) this.waiting.splice(0).forEach((goOn) => goOn());
    };
    return {
      pause: async () => {
        checked();
        await delay(THINKING_MS);
        if (this.checking > 0) await this.allChecked();
      },
      end: checked,
    };
  }

  private allChecked(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_WAIT_MS);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
