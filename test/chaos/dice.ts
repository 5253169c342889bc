/** Seeded random choices (mulberry32): the same seed chooses the same. */
export class Dice {
  constructor(private state: number) {}

  /** 0 <= x < 1 */
  roll(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.roll() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  one<T>(things: readonly T[]): T {
    return things[this.between(0, things.length - 1)]!;
  }

  shuffled<T>(things: readonly T[]): T[] {
    return things
      .map((thing) => ({ thing, place: this.roll() }))
      .sort((a, b) => a.place - b.place)
      .map(({ thing }) => thing);
  }
}
