import { accountRoutes } from '../../../src/sandbox/api/account-routes';
import { bookingRoutes } from '../../../src/sandbox/api/booking-routes';
import { eventTypeRoutes } from '../../../src/sandbox/api/event-type-routes';
import { reservationRoutes } from '../../../src/sandbox/api/reservation-routes';
import { slotRoutes } from '../../../src/sandbox/api/slot-routes';
import { teamRoutes } from '../../../src/sandbox/api/team-routes';
import { teamWebhookRoutes, webhookRoutes } from '../../../src/sandbox/api/webhook-routes';
import { OPERATIONS } from '../../../src/providers/calcom-v2/operations';
import { createTestDatabase } from '../../support/test-database';
import { checkLoggedCalls, ContractReport, contractLine, LoggedCall } from './check-logged-calls';
import { CONTRACT_EXCEPTIONS } from './contract-exceptions';
import { callsOf } from './calls-of';
import { driveClient } from './drive-client';
import { driveSandbox } from './drive-sandbox';
import { OpenApiContract } from './openapi-contract';

/** Name of Cal.com's own OpenAPI file; it is not part of this repository. */
const contractPath = process.env.CALCOM_OPENAPI;

/** All routes but those of the oldest slots version, which the file does not describe. */
const ROUTES = [
  ...[accountRoutes, bookingRoutes, eventTypeRoutes, reservationRoutes, slotRoutes],
  ...[webhookRoutes, teamRoutes, teamWebhookRoutes],
]
  .flat()
  .filter(({ family }) => family !== 'slots-old');

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

if (contractPath) {
  describe("the sandbox beside Cal.com's own OpenAPI file", () => {
    const contract = OpenApiContract.load(contractPath);
    let direct: LoggedCall[];
    let ours: LoggedCall[];
    let report: ContractReport;
    const nameOf = (method: string, path: string): string => contract.nameOf(method, path) ?? `${method} ${path}`;
    const namesOf = (calls: LoggedCall[]): Set<string> =>
      new Set(calls.map(({ method, path }) => nameOf(method, path.split('?')[0] ?? path)));

    beforeAll(async () => {
      const database = await createTestDatabase();
      try {
        direct = await callsOf(database.url, driveSandbox);
        ours = await callsOf(database.url, driveClient);
        report = checkLoggedCalls([...direct, ...ours], contract, CONTRACT_EXCEPTIONS);
      } finally {
        await database.drop();
      }
      say(contractLine(report));
    }, 120_000);

    it('is asked and answers as the file says, but for the listed exceptions', () => {
      expect(report.violations).toEqual([]);
      expect(report.answers).toBe(report.requests);
    });

    it('is asked for every operation that the sandbox offers', () => {
      const asked = namesOf(direct);
      const offered = ROUTES.map(({ method, path }) => nameOf(method, path));
      expect(offered.filter((name) => !asked.has(name))).toEqual([]);
    });

    it('is asked for every operation of our own client, through the provider port', () => {
      const asked = namesOf(ours);
      const known = Object.values(OPERATIONS).map(({ method, path }) => nameOf(method, `/v2${path}`));
      expect(known.filter((name) => !asked.has(name))).toEqual([]);
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
