import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

/** No host is known before a booking of these types is made: a hold keeps the start of the type, for one person. */
describe.each(['roundRobin', 'collective'] as const)('a hold on a type of a team (%s)', (schedulingType) => {
  let service: TestService;
  let owner: TestCompany;
  let type: any;
  let day = 0;

  beforeAll(async () => {
    service = await startTestService();
    await service.sandboxCall('PUT', '/_sandbox/settings', { teams: true, hosted: false });
    owner = await service.createCompany();
    const team = await SalonTeam.found(service, owner, await service.createCompany());
    await team.type('any', schedulingType);
    type = (await syncedTypes(service, owner)).get('any');
  });
  afterAll(() => service?.stop());
  beforeEach(() => {
    day += 1;
  });

  const api = (method: string, path: string, body?: object, headers?: Record<string, string>): Promise<TestAnswer> =>
    service.call(method, `/api${path}`, { key: owner.secretKey, body, headers });
  const hold = (start: string): Promise<TestAnswer> => api('POST', '/holds', { eventTypeId: type.id, start });
  const book = (start: string, more: object = {}): Promise<TestAnswer> => {
    const attendee = { name: 'Jonas', email: `${randomUUID()}@customer.example` };
    return api(
      'POST',
      '/bookings',
      { eventTypeId: type.id, start, attendee, ...more },
      { 'idempotency-key': randomUUID() },
    );
  };
  const refusal = ({ status, body }: TestAnswer): unknown[] => [status, body.error?.code, body.error?.details.reason];
  const CLAIMED = [409, 'SLOT_UNAVAILABLE', 'CLAIMED'];

  it('keeps its start from holds and bookings of others, at once and without waiting for a turn', async () => {
    const start = startAt(day, 9);
    const made = await hold(start);
    expect(made.status).toBe(201);
    expect(refusal(await hold(start))).toEqual(CLAIMED);
    expect(refusal(await book(start))).toEqual(CLAIMED);
    expect((await book(start, { holdId: made.body.id })).status).toBe(201);
  });

  it('leaves the other starts of the type to others', async () => {
    expect((await hold(startAt(day, 9))).status).toBe(201);
    expect((await book(startAt(day, 11))).status).toBe(201);
    expect((await hold(startAt(day, 13))).status).toBe(201);
  });

  it('is given to one of many, and its booking is one of many that wait for their turn', async () => {
    const start = startAt(day, 9);
    const holds = await Promise.all(Array.from({ length: 6 }, () => hold(start)));
    const made = holds.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const others = [10, 11, 12, 13].map((hour) => book(startAt(day, hour)));
    const answers = await Promise.all([book(start, { holdId: made[0]!.body.id }), ...others]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  });
});
