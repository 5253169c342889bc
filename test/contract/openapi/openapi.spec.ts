import { startSandbox } from '../../../src/sandbox/sandbox-server';
import { createTestDatabase } from '../../support/test-database';
import { SandboxClient } from '../fidelity/sandbox-client';
import { checkLoggedCalls, ContractReport, contractLine, LoggedCall } from './check-logged-calls';
import { CONTRACT_EXCEPTIONS } from './contract-exceptions';
import { driveSandbox } from './drive-sandbox';
import { OpenApiContract } from './openapi-contract';

/** Name of Cal.com's own OpenAPI file; it is not part of this repository. */
const contractPath = process.env.CALCOM_OPENAPI;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

if (contractPath) {
  describe("the sandbox beside Cal.com's own OpenAPI file", () => {
    let report: ContractReport;

    beforeAll(async () => {
      const database = await createTestDatabase();
      try {
        const sandbox = await startSandbox({ databaseUrl: database.url, port: 0 });
        const calls = await drive(new SandboxClient(sandbox.url)).finally(() => sandbox.stop());
        report = checkLoggedCalls(calls, OpenApiContract.load(contractPath), CONTRACT_EXCEPTIONS);
      } finally {
        await database.drop();
      }
      say(contractLine(report));
    }, 120_000);

    it('answers every operation as the file says, but for the listed exceptions', () => {
      expect(report.violations).toEqual([]);
      expect(report.answers).toBe(report.requests);
    });

    it('needs every exception that is listed', () => {
      expect(CONTRACT_EXCEPTIONS.filter((exception) => !report.used.includes(exception))).toEqual([]);
    });
  });
} else {
  it('is not run: CALCOM_OPENAPI names no file', () => {
    say('contract: not run, CALCOM_OPENAPI names no OpenAPI file');
    expect(contractPath).toBeFalsy();
  });
}

async function drive(client: SandboxClient): Promise<LoggedCall[]> {
  await driveSandbox(client);
  const logged = (await client.control('GET', '/_sandbox/calls')) as LoggedCall[] | { data: LoggedCall[] };
  return Array.isArray(logged) ? logged : logged.data;
}
