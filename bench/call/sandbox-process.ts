import { startSandbox } from '../../src/sandbox/sandbox-server';

/** The sandbox in a process of its own, on the database that is named: tells its parent the address, and ends with it. */
async function main(): Promise<void> {
  const { url } = await startSandbox({ databaseUrl: process.argv[2] ?? '', port: 0 });
  process.send?.(url);
  process.once('disconnect', () => process.exit());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
