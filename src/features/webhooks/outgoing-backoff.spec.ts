import { pauseAfter } from './outgoing-backoff';

const MIDDLE = 0.5;
const HOUR_MS = 3_600_000;

function pauses(random: number): number[] {
  const all: number[] = [];
  for (let failures = 1; ; failures++) {
    const pause = pauseAfter(failures, random);
    if (pause === undefined) return all;
    all.push(pause);
  }
}

describe('the pauses between attempts', () => {
  it('are as documented', () => {
    const [seconds, minutes, hours] = [1_000, 60_000, HOUR_MS];
    expect(pauses(MIDDLE)).toEqual([
      5 * seconds,
      30 * seconds,
      2 * minutes,
      10 * minutes,
      30 * minutes,
      ...[1, 2, 4, 8, 8].map((count) => count * hours),
    ]);
  });

  it('last about a day together and differ by a fifth', () => {
    const total = (random: number) => pauses(random).reduce((sum, pause) => sum + pause, 0) / HOUR_MS;
    expect(total(MIDDLE)).toBeGreaterThan(23);
    expect(total(MIDDLE)).toBeLessThan(24);
    expect(total(0) / total(MIDDLE)).toBeCloseTo(0.8);
    expect(total(1) / total(MIDDLE)).toBeCloseTo(1.2);
  });
});
