import { CALCOM_BUDGET } from '../../src/foundation/pacing/pace-log';

/** What the sandbox counted for one key. */
export interface Counted {
  calls: number;
  refusals429: number;
  /** Calls in the fullest stretch of 60 s, wherever it begins. */
  fullestMinute: number;
  /** Calls in each whole window of the budget from the first call on, while there was demand. */
  windows: number[];
  /** By operation. */
  operations: Map<string, number>;
}

interface Entry {
  at: string;
  operation: string;
  status: number;
}

const MINUTE_MS = 60_000;
const { windowMs } = CALCOM_BUDGET;

/** Reads the sandbox's journal of a key. `seconds` is how long there was demand. */
export async function countAt(sandbox: string, key: string, seconds: number): Promise<Counted> {
  const entries = (await (await fetch(`${sandbox}/_sandbox/calls?key=${key}`)).json()) as Entry[];
  const atMs = entries.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  const places = atMs.map((at) => Math.floor((at - atMs[0]!) / windowMs));
  const windows = Array.from({ length: Math.floor((seconds * 1_000) / windowMs) }, (_, place) => place);
  const operations = new Map<string, number>();
  for (const { operation } of entries) operations.set(operation, (operations.get(operation) ?? 0) + 1);
  return {
    calls: entries.length,
    refusals429: entries.filter(({ status }) => status === 429).length,
    fullestMinute: fullest(atMs),
    windows: windows.map((window) => places.filter((place) => place === window).length),
    operations,
  };
}

function fullest(atMs: number[]): number {
  let [first, most] = [0, 0];
  atMs.forEach((at, index) => {
    while (atMs[first]! <= at - MINUTE_MS) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
