import type { Round } from './load';

export interface Comparison {
  name: string;
  rounds: Round[];
}

export function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** How much more the first one does than the second, by rounds that ran one after the other. */
export function times(ours: Comparison, others: Comparison): number {
  return median(ours.rounds.map(({ perSecond }, at) => perSecond / others.rounds[at]!.perSecond));
}

export function print({ name, rounds }: Comparison): void {
  const of = (key: keyof Round): number => median(rounds.map((round) => round[key]));
  const rate = of('perSecond').toFixed(0).padStart(7);
  const p99 = of('p99Ms').toFixed(2).padStart(6);
  const cpu = of('cpuMicros').toFixed(0).padStart(4);
  console.log(`  ${name.padEnd(34)} ${rate} requests/s, p99 ${p99} ms, ${cpu} us CPU a request`);
}
