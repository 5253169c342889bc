import type { Clock } from '../../../foundation/time/clock';

/** Changes are told at once; this is for what would never be told. */
const KEPT_MS = 600_000;
/** While nothing is told. */
const KEPT_UNTOLD_MS = 1_000;
/** What is not there is asked for by mistake, again and again. */
const ABSENT_KEPT_MS = 1_000;

interface Remembered<T> {
  companyId: string;
  atMs: number;
  answer: Promise<T>;
  isAbsent: boolean;
}

/** What was found out about companies, until somebody changes it; one look at a time for each question. */
export class RememberedFacts<T> {
  private readonly remembered = new Map<string, Remembered<T>>();
  private isTold = false;

  /**
   * @param isAbsence which failures are answers: they are remembered for a second, others not at all.
   * @param max so many answers; more than that, and all are forgotten.
   */
  constructor(
    private readonly clock: Clock,
    private readonly isAbsence: (error: unknown) => boolean,
    private readonly max: number,
  ) {}

  find(companyId: string, question: string, look: () => Promise<T>): Promise<T> {
    const key = `${companyId} ${question}`;
    const known = this.remembered.get(key);
    if (known && this.clock.now() - known.atMs < this.keptMs(known)) return known.answer;
    if (this.remembered.size >= this.max) this.remembered.clear();
    const answer = look();
    const remembered: Remembered<T> = { companyId, atMs: this.clock.now(), answer, isAbsent: false };
    this.remembered.set(key, remembered);
    answer.catch((error: unknown) => {
      remembered.isAbsent = this.isAbsence(error);
      if (!remembered.isAbsent && this.remembered.get(key) === remembered) this.remembered.delete(key);
    });
    return answer;
  }

  /** What is being looked up meanwhile is answered, and not remembered. */
  forget(companyId: string): void {
    for (const [key, known] of this.remembered) if (known.companyId === companyId) this.remembered.delete(key);
  }

  forgetAll(): void {
    this.remembered.clear();
  }

  /** Whether changes are told. */
  trust(isTold: boolean): void {
    this.isTold = isTold;
  }

  private keptMs({ isAbsent }: Remembered<T>): number {
    if (isAbsent) return ABSENT_KEPT_MS;
    return this.isTold ? KEPT_MS : KEPT_UNTOLD_MS;
  }
}
