import { OPERATIONS } from '../../../src/providers/calcom-v2/operations';
import type { Case } from '../../faults/fault-case';
import { runAll } from '../../faults/fault-run';
import { FaultWorld } from '../../faults/fault-world';
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

  it.each(PROMISES)('keeps its promise: $text', (promised) => {
    expect(broken(promised, cases)).toEqual([]);
  });
});
