import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { PERM } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

const HAIRCUT = [{ name: 'Haircut', durationMinutes: 30 }];

describe('a booking of a simple service', () => {
  let service: TestService;
  let salon: Salon;
  let haircut: any;
  let maps: any[];

  beforeAll(async () => {
    service = await startTestService();
  });
  beforeEach(async () => {
    salon = await Salon.open(service);
    haircut = await salon.sells('Haircut', HAIRCUT);
    maps = await salon.mapAll(haircut);
  });
  afterAll(() => service?.stop());

  const attendee = { name: 'Eva Brandt', email: 'eva@customer.example', timeZone: 'Europe/Berlin' };
  const typeOf = (staffId: string): string => maps.find((map) => map.staffId === staffId).eventTypeId;
  const hostOf = ({ body }: TestAnswer): unknown => body.staff?.map(({ id }: any) => id);

  function book(start: string, more: object = {}, key: string = randomUUID()): Promise<TestAnswer> {
    return service.call('POST', '/api/bookings', {
      key: salon.company.secretKey,
      headers: { 'idempotency-key': key },
      body: { serviceId: haircut.id, start, attendee, ...more },
    });
  }

  const bookings = async (): Promise<number> => (await salon.ok('GET', '/api/bookings')).data.length;

  it('is with the first of its staff who is free, in the order of the service, until nobody is', async () => {
    const { maria, jonas } = salon;
    const start = startAt(0, 10);
    const answers = [await book(start), await book(start), await book(start)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 409]);
    expect(answers.slice(0, 2).map(hostOf)).toEqual([[maria.hostId], [jonas.hostId]]);
    expect(answers[0]!.body.eventType.id).toBe(typeOf(maria.id));
    const { reasons, alternatives } = answers[2]!.body.error.details;
    expect(reasons).toMatchObject([{ code: 'BOOKED_THROUGH_US', certainty: 'known' }]);
    const staffIds = [maria.id, jonas.id];
    expect(alternatives.slice(0, 2)).toEqual([
      { start: startAt(0, 9, 30), end: start, staffIds },
      { start: startAt(0, 10, 30), end: startAt(0, 11), staffIds },
    ]);
  });

  it('is with whom the caller asks for, or refused with times of this person', async () => {
    const { jonas } = salon;
    const start = startAt(0, 10);
    const staffId = jonas.id;
    expect(hostOf(await book(start, { staffId: staffId.toUpperCase() }))).toEqual([jonas.hostId]);
    const refused = await book(start, { staffId });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    const { alternatives } = refused.body.error.details;
    expect(alternatives.map((free: any) => [free.start, free.staffIds])).toEqual([
      [startAt(0, 9, 30), [staffId]],
      [startAt(0, 10, 30), [staffId]],
      [startAt(0, 9), [staffId]],
    ]);
  });

  it('is made as often as there are people when many want one start at once, and once for one key', async () => {
    const start = startAt(0, 11);
    const answers = await Promise.all(Array.from({ length: 12 }, () => book(start)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, ...Array<number>(10).fill(409)]);
    const hosts = answers.filter(({ status }) => status === 201).map(hostOf);
    expect(new Set(hosts.flat())).toEqual(new Set([salon.maria.hostId, salon.jonas.hostId]));
    const key = randomUUID();
    const [first, again] = [await book(startAt(0, 13), {}, key), await book(startAt(0, 13), {}, key)];
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      first.body.id,
      'true',
    ]);
    expect(await bookings()).toBe(3);
  });

  it('offers the same start with somebody else where the provider refuses the one who was tried', async () => {
    const message = 'User either already has booking at this time or is not available';
    const body = { status: 'error', error: { code: 'BadRequestException', message } };
    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'answer',
      operation: 'bookings.create',
      key: salon.company.providerKey,
      status: 400,
      body,
    });
    const start = startAt(0, 14);
    const refused = await book(start);
    expect([refused.status, refused.body.error.details.reasons]).toEqual([
      409,
      [{ code: 'BUSY_AT_PROVIDER', certainty: 'known', evidence: {} }],
    ]);
    const [nearest] = refused.body.error.details.alternatives;
    expect(nearest).toEqual({ start, end: startAt(0, 14, 30), staffIds: [salon.jonas.id] });
    expect(hostOf(await book(start, { staffId: nearest.staffIds[0] }))).toEqual([salon.jonas.hostId]);
  });

  it('uses up the hold of one of its staff, with that person', async () => {
    const start = startAt(0, 15);
    const hold = await salon.ok('POST', '/api/holds', { eventTypeId: typeOf(salon.jonas.id), start });
    const made = await book(start, { holdId: hold.id });
    expect([made.status, hostOf(made)]).toEqual([201, [salon.jonas.hostId]]);
  });

  it('is refused, and nothing begun, where it is not said what or whom', async () => {
    const perm = await salon.sells('Perm', PERM);
    const start = startAt(0, 9);
    const refused = async (more: object, field: string): Promise<string> => {
      const { status, body } = await book(start, more);
      expect([more, status, body.error.code]).toEqual([more, 400, 'VALIDATION_ERROR']);
      expect(body.error.details.fields).toEqual([{ field, reason: expect.any(String) }]);
      return body.error.details.fields[0].reason;
    };
    for (const serviceId of ['', true, 1, null, {}, [haircut.id]]) await refused({ serviceId }, 'serviceId');
    for (const staffId of ['', 'maria', null, 7]) await refused({ staffId }, 'staffId');
    await refused({ eventTypeId: typeOf(salon.maria.id) }, 'serviceId');
    await refused({ eventTypeId: typeOf(salon.maria.id), serviceId: undefined, staffId: salon.maria.id }, 'staffId');
    await refused({ serviceId: undefined }, 'eventTypeId');
    expect(await refused({ serviceId: perm.id }, 'serviceId')).toContain('POST /api/composite-bookings');
    const codeOf = async (more: object): Promise<[number, string]> => {
      const { status, body } = await book(start, more);
      return [status, body.error.code];
    };
    expect(await codeOf({ serviceId: randomUUID() })).toEqual([404, 'SERVICE_NOT_FOUND']);
    expect(await codeOf({ staffId: randomUUID() })).toEqual([404, 'STAFF_NOT_FOUND']);
    const unmapped = await salon.sells('Shave', HAIRCUT);
    expect(await codeOf({ serviceId: unmapped.id })).toEqual([422, 'SERVICE_NOT_READY']);
    expect(await bookings()).toBe(0);
  });
});
