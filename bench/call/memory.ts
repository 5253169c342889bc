import { sendAtOnce } from '../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';
import { PaceStoreInMemory } from '../../test/fixtures/pacing/pace-store-in-memory';
import { startChild } from './child';
import { openRoom } from './room';

const LOOKS = [10_000, 50_000, 100_000];
/** At once, so that connections come and go as in service. */
const AT_ONCE = 8;
const UID = '5f0f4a4e-9a52-4c9a-bf0e-0d8f5bb2a9c1';
const MB = 1024 * 1024;

interface Look {
  calls: number;
  heap: number;
  rss: number;
}

/** What stays in the process after many calls, reads and writes by turns. Needs `node --expose-gc`. */
async function main(): Promise<void> {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run with node --expose-gc');
  const server = await startChild('bare-server.js');
  const room = await openRoom(new PaceStoreInMemory());
  const provider = room.provider(server.url, 'cal_bench');
  const looks: Look[] = [];
  let made = 0;
  for (const calls of LOOKS) {
    await make(provider, calls - made);
    made = calls;
    await collect({ type: 'major', execution: 'async' });
    const { heapUsed: heap, rss } = process.memoryUsage();
    looks.push({ calls, heap, rss });
  }
  print(looks);
  await room.close();
  server.stop();
}

async function make(provider: SchedulingProvider, calls: number): Promise<void> {
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      if (left % 2) await provider.me();
      else await sendAtOnce(() => provider.prepare.endReservation(UID));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function print(looks: Look[]): void {
  console.log(`${'memory after so many calls'.padEnd(42)}${'heap'.padStart(10)}${'RSS'.padStart(10)}`);
  for (const { calls, heap, rss } of looks) console.log(`  ${String(calls).padEnd(40)}${mb(heap)}${mb(rss)}`);
  for (const [index, { calls, heap, rss }] of looks.entries()) {
    const before = looks[index - 1];
    if (!before) continue;
    const perCall = (bytes: number): string => `${(bytes / (calls - before.calls)).toFixed(1)} B`.padStart(10);
    const title = `  growth a call, ${before.calls} to ${calls}`;
    console.log(`${title.padEnd(42)}${perCall(heap - before.heap)}${perCall(rss - before.rss)}`);
  }
}

const mb = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`.padStart(10);

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
