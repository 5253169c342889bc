/** A way through a tree of choices, replayed from its root; one way after the other, until all were gone. */
export class Choices {
  private readonly way: { taken: number; of: number }[] = [];
  private depth = 0;

  /** One of these; another one each time that the same place is come to. */
  pick<T>(options: readonly T[]): T {
    const place = this.depth++;
    this.way[place] ??= { taken: 0, of: options.length };
    return options[this.way[place].taken]!;
  }

  /** Back to the root, for the next way. False once there is none left. */
  next(): boolean {
    this.depth = 0;
    for (let last = this.way.pop(); last; last = this.way.pop()) {
      if (last.taken + 1 === last.of) continue;
      this.way.push({ ...last, taken: last.taken + 1 });
      return true;
    }
    return false;
  }
}
