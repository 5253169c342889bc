import { writeFileSync } from 'node:fs';
import { startSandbox } from '../../../src/sandbox/sandbox-server';
import { createTestDatabase } from '../../support/test-database';
import { details, isSame, summary } from './fidelity-report';
import { readGoldenFile } from './golden-file';
import { KNOWN_DIFFERENCES } from './known-differences';
import { Outcome, replayAll } from './replay-all';

/** Name of the file with the recorded answers of real servers; it is not part of this repository. */
const goldenPath = process.env.CALCOM_GOLDEN;
/** Where to write every difference in full, for whoever works on the sandbox. */
const reportPath = process.env.FIDELITY_REPORT;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

if (goldenPath) {
  describe('the sandbox beside recorded Cal.com servers', () => {
    let outcomes: Outcome[];

    beforeAll(async () => {
      const database = await createTestDatabase();
      try {
        const sandbox = await startSandbox({ databaseUrl: database.url, port: 0 });
        outcomes = await replayAll(readGoldenFile(goldenPath), sandbox.url).finally(() => sandbox.stop());
      } finally {
        await database.drop();
      }
      say(summary(outcomes));
      if (reportPath) writeFileSync(reportPath, `${summary(outcomes)}\n\n${details(outcomes)}\n`);
    }, 180_000);

    it('answers every case that is not listed as a known difference exactly as recorded', () => {
      const unlisted = outcomes.filter((outcome) => !isSame(outcome) && !(outcome.name in KNOWN_DIFFERENCES));
      expect(details(unlisted)).toBe('');
    });

    it('differs in every case that is listed as a known difference', () => {
      const different = new Set(outcomes.filter((outcome) => !isSame(outcome)).map(({ name }) => name));
      expect(Object.keys(KNOWN_DIFFERENCES).filter((name) => !different.has(name))).toEqual([]);
    });
  });
} else {
  it('is not run: CALCOM_GOLDEN names no file', () => {
    say('fidelity: not run, CALCOM_GOLDEN names no file with recorded answers');
    expect(goldenPath).toBeFalsy();
  });
}
