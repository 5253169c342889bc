import { Json } from './http/errors';

/** Repeats an answer for a while, whatever was booked since, as the real servers do for about two seconds. */
export class SlotsCache {
  private readonly answers = new Map<string, { untilMs: number; data: Json }>();

  constructor(
    private readonly lifeMs: () => number,
    private readonly now: () => number,
  ) {}

  async through(question: string, compute: () => Promise<Json>): Promise<Json> {
    const known = this.answers.get(question);
    if (known && known.untilMs > this.now()) return known.data;
    const data = await compute();
    if (this.lifeMs() > 0) this.answers.set(question, { untilMs: this.now() + this.lifeMs(), data });
    else this.answers.clear();
    return data;
  }

  clear(): void {
    this.answers.clear();
  }
}
