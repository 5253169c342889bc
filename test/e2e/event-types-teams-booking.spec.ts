import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

/** Both servers that have teams: one of 2025, hosted by its owner, and the hosted service with its newer versions. */
const FLAVOURS = [
  ['a server of its own with teams', { teams: true, hosted: false }, 'pages'],
  ['the hosted service', { hosted: true }, 'cursor'],
] as const;

describe.each(FLAVOURS)('types of a team at %s', (_, settings, bookingList) => {
  let service: TestService;
  let owner: TestCompany;
  let team: SalonTeam;
  let types: Map<string, any>;
  let ids: string[];
  let day = 0;

  beforeAll(async () => {
    service = await startTestService();
    await service.sandboxCall('PUT', '/_sandbox/settings', settings);
    owner = await service.createCompany();
    const member = await service.createCompany();
    team = await SalonTeam.found(service, owner, member);
    await team.type('any', 'roundRobin');
    await team.type('together', 'collective');
    await team.type('colour', 'managed');
    types = await syncedTypes(service, owner);
    const people = await service.call('GET', '/api/users', { key: owner.secretKey });
    ids = people.body.data.map((person: any) => person.id).sort();
  });
  afterAll(() => service?.stop());
  beforeEach(() => {
    day += 1;
  });

  const api = (method: string, path: string, body?: object, headers?: Record<string, string>): Promise<TestAnswer> =>
    service.call(method, `/api${path}`, { key: owner.secretKey, body, headers });

  function book(type: any, start: string, name = 'jonas', key: string = randomUUID()): Promise<TestAnswer> {
    const attendee = { name, email: `${name}@customer.example` };
    return api('POST', '/bookings', { eventTypeId: type.id, start, attendee }, { 'idempotency-key': key });
  }

  async function isFree({ id }: any, start: string): Promise<boolean> {
    const date = start.slice(0, 10);
    const { status, body } = await api('GET', `/availability?eventTypeId=${id}&start=${date}&end=${date}`);
    expect(status).toBe(200);
    return (body.days[date] ?? []).some((slot: any) => Date.parse(slot.start) === Date.parse(start));
  }

  const staff = ({ body }: TestAnswer): string[] => body.staff.map((person: any) => person.id).sort();
  const calls = async (operation: string): Promise<number> =>
    (await service.sandboxCall('GET', `/_sandbox/calls?operation=${operation}`)).body.length;

  it('are found with the list of bookings that the provider has', async () => {
    const path = `/api/companies/${owner.companyId}/connections`;
    const { body } = await service.call('GET', path, { key: service.adminKey });
    expect(body.capabilities).toMatchObject({ teams: true, bookingList });
  });

  it('are booked with one host each while anybody is free, and offered as long', async () => {
    const start = startAt(day, 9);
    const any = types.get('any');
    expect(await isFree(any, start)).toBe(true);
    const first = await book(any, start);
    expect([first.status, first.body.status, first.body.attendee.name]).toEqual([201, 'confirmed', 'jonas']);
    expect(await isFree(any, start)).toBe(true);
    const second = await book(any, start, 'ada');
    expect([...staff(first), ...staff(second)].sort()).toEqual(ids);
    expect(await isFree(any, start)).toBe(false);
    const third = await book(any, start, 'emil');
    expect([third.status, third.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
  });

  it('are never taken for booked when the provider answers with the booking of an earlier request', async () => {
    const start = startAt(day, 9);
    const first = await book(types.get('any'), start);
    const again = await book(types.get('any'), start);
    expect([first.status, again.status, again.body.error.details]).toEqual([201, 422, { reason: 'DUPLICATE' }]);
  });

  it('are booked with all hosts together, or not at all', async () => {
    const start = startAt(day, 9);
    const together = types.get('together');
    expect(await isFree(together, start)).toBe(true);
    const made = await book(together, start);
    // The provider names the organizer alone as host, and the others among the attendees.
    expect([made.status, ids.includes(staff(made)[0]!), staff(made).length]).toEqual([201, true, 1]);
    const read = await api('GET', `/bookings/${made.body.id}`);
    expect([made.body.attendee.name, read.body.attendee.name, read.body.guests]).toEqual(['jonas', 'jonas', []]);
    for (const type of [together, types.get('any')]) {
      expect(await isFree(type, start)).toBe(false);
      expect((await book(type, start, 'ada')).body.error.code).toBe('SLOT_UNAVAILABLE');
    }
  });

  it('are free again once a booking is cancelled, and at the old time once it has moved', async () => {
    const [start, later] = [startAt(day, 9), startAt(day, 13)];
    const together = types.get('together');
    const { body } = await book(together, start);
    const moved = await api('POST', `/bookings/${body.id}/reschedule`, { start: later });
    expect([moved.status, Date.parse(moved.body.start)]).toEqual([200, Date.parse(later)]);
    expect([await isFree(together, start), await isFree(together, later)]).toEqual([true, false]);
    const cancelled = await api('POST', `/bookings/${body.id}/cancel`, { reason: 'ill' });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
    expect(await isFree(together, later)).toBe(true);
  });

  it.each(['any', 'together'])('are booked once (%s) when the answer was lost: it is looked up', async (slug) => {
    const start = startAt(day, 9);
    const fault = { scenario: 'answer-lost', operation: 'bookings.create', key: owner.providerKey };
    await service.sandboxCall('POST', '/_sandbox/scenarios', fault);
    const made = await book(types.get(slug), start);
    expect([made.status, made.body.status]).toEqual([201, 'confirmed']);
    const all = (await service.sandboxCall('GET', '/_sandbox/bookings')).body;
    const there = all.filter((booking: any) => Date.parse(booking.start) === Date.parse(start));
    expect(there).toHaveLength(1);
  });

  it('are ready, and a managed parent is not, which is refused without asking the provider', async () => {
    const { data } = (await api('GET', '/event-types?slug=colour')).body;
    const parent = data.find((type: any) => type.schedulingType === 'managed');
    const child = data.find((type: any) => type.schedulingType === 'individual');
    const ready = async ({ id }: any) => (await api('GET', `/event-types/${id}/readiness`)).body;
    for (const type of [types.get('any'), types.get('together'), child]) {
      expect(await ready(type)).toMatchObject({ ready: true });
    }
    const evidence = { schedulingType: 'managed' };
    expect(await ready(parent)).toMatchObject({ ready: false, reasons: [{ code: 'MANAGED_PARENT', evidence }] });

    const start = startAt(day, 9);
    const before = [await calls('bookings.create'), await calls('slots.list')];
    const date = start.slice(0, 10);
    const answers = [
      await book(parent, start),
      await api('GET', `/availability?eventTypeId=${parent.id}&start=${date}&end=${date}`),
    ];
    for (const { status, body } of answers) {
      expect([status, body.error.code, body.error.details]).toEqual([
        422,
        'BOOKING_REFUSED',
        { reason: 'MANAGED_PARENT' },
      ]);
    }
    expect([await calls('bookings.create'), await calls('slots.list')]).toEqual(before);
    expect((await book(child, start)).status).toBe(201);
  });
});
