import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../src/foundation/database/embedded-postgres';
import type { Case } from '../test/faults/fault-case';
import { runAll } from '../test/faults/fault-run';
import { page } from '../test/faults/fault-page';
import { legend, matrix, verdicts } from '../test/faults/fault-table';
import { FaultWorld } from '../test/faults/fault-world';
import { broken, PROMISES } from '../test/faults/promises';
import { SUBJECTS } from '../test/faults/subjects';

const PAGE = 'docs/faults.md';

/** Every operation under every fault, with a table; `--write` writes the page of the documentation as well. */
async function main(): Promise<void> {
  const begun = performance.now();
  const cases = await allCases();
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`${matrix(cases)}\n\n${legend()}\n\n${verdicts(cases)}\n`);
  console.log(`${cases.length} cases in ${seconds} s`);
  if (process.argv.includes('--write')) writeFileSync(PAGE, await pretty(page(cases)));
  if (PROMISES.some((promised) => broken(promised, cases).length > 0)) process.exitCode = 1;
}

async function allCases(): Promise<Case[]> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: '.tmp/faults-postgres' });
  try {
    await createDatabaseIfMissing(postgres, 'faults');
    const world = await FaultWorld.open(postgres.url('faults'));
    try {
      await world.client.control('POST', '/_sandbox/reset');
      return await runAll(world, SUBJECTS);
    } finally {
      await world.close();
    }
  } finally {
    await postgres.stop();
  }
}

const pretty = (text: string): Promise<string> =>
  format(text, { parser: 'markdown', singleQuote: true, printWidth: 120 });

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
