import { soldType, StoreWorld } from '../../test/fixtures/availability/store-world';

const TYPES = 2_000;

/** What a stored event type of 64 days and 16 starts a day takes, by heap difference. Needs `node --expose-gc`. */
async function main(): Promise<void> {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run with node --expose-gc');
  const world = new StoreWorld();
  const types = Array.from({ length: TYPES }, (_, index) => soldType(String(index)));
  await world.read(soldType('warm-up'));
  const used = async (): Promise<number> => {
    await collect({ type: 'major', execution: 'async' });
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = await used();
  for (const type of types) {
    await world.read(type);
    world.calls.length = 0;
  }
  const perType = ((await used()) - before) / TYPES / 1024;
  const counted = world.store.shelf.size.bytes / (TYPES + 1) / 1024;
  console.log(
    `memory of a stored event type: ${perType.toFixed(1)} KiB, counted as ${counted.toFixed(1)} KiB (aim: <= 8)`,
  );
  if (perType > 8) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
