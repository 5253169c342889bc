import { readFileSync } from 'node:fs';
import { OPERATIONS } from '../../../src/providers/calcom-v2/operations';
import type { Case } from '../../faults/fault-case';
import { runAll } from '../../faults/fault-run';
import { FaultWorld } from '../../faults/fault-world';
import { rows } from '../../faults/fault-page';
import { broken, PROMISES } from '../../faults/promises';
import { SUBJECTS } from '../../faults/subjects';
import { createTestDatabase, TestDatabase } from '../../support/test-database';

describe('every operation of the port under every fault', () => {
  let database: TestDatabase;
  let world: FaultWorld;
  let cases: Case[];

  beforeAll(async () => {
    database = await createTestDatabase();
    world = await FaultWorld.open(database.url);
    cases = await runAll(world, SUBJECTS);
  }, 120_000);

  afterAll(async () => {
    await world.close();
    await database.drop();
  });

  it('leaves no operation out', () => {
    const driven = new Set(SUBJECTS.map(({ operation }) => operation));
    expect([...driven].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('answers as its page in the documentation says (npm run faults -- --write)', () => {
    const page = plain(readFileSync('docs/faults.md', 'utf8'));
    expect(rows(cases).filter((row) => !page.includes(plain(row)))).toEqual([]);
  });

  it.each(PROMISES)('keeps its promise: $text', (promised) => {
    expect(broken(promised, cases)).toEqual([]);
  });
});

/** Columns of a table are padded by the formatter. */
const plain = (text: string): string => text.replaceAll(/ +/g, ' ');
