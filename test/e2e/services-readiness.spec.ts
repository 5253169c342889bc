import { ServicesService } from '../../src/features/services/services.service';
import { PERM, ROOT_COLOUR } from '../fixtures/services/field-notes';
import { type Person, Salon } from '../fixtures/services/salon';
import { startTestService, type TestService } from '../support/service';

const SIMPLE = [{ name: 'Cut', durationMinutes: 30 }];
/** Two segments with a gap between, which buffers up to ten minutes fit into. */
const TWO = [
  { name: 'Colour', durationMinutes: 30, gapAfter: { minMinutes: 5, maxMinutes: 10 } },
  { name: 'Wash', durationMinutes: 30 },
];

describe('the readiness of a service', () => {
  let service: TestService;
  let salon: Salon;
  let maria: Person;
  let jonas: Person;

  beforeAll(async () => {
    service = await startTestService();
    salon = await Salon.open(service);
    ({ maria, jonas } = salon);
  });
  afterAll(() => service?.stop());

  const readiness = (sold: any): Promise<any> => salon.ok('GET', `/api/services/${sold.id}/readiness`);
  const plan = (sold: any) =>
    service.app.get(ServicesService, { strict: false }).find(salon.company.companyId, sold.id);
  const change = (person: Person, body: object): Promise<any> => salon.ok('PATCH', `/api/staff/${person.id}`, body);

  /** A service by Maria alone whose every event type has these settings at the provider. */
  async function sold(segments: any[], settings: object = {}, more: object = {}): Promise<{ id: string; maps: any[] }> {
    const { id, ...rest } = await salon.sells('Sold', segments, more, [maria]);
    const maps = await salon.mapAll({ id, ...rest }, [maria]);
    if (Object.keys(settings).length > 0)
      for (const { eventTypeId } of maps) await provider('PATCH', eventTypeId, settings);
    return { id, maps };
  }

  it('is given to a service whose every map fits, which can then be planned with everybody', async () => {
    const perm = await salon.sells('Perm', PERM);
    const maps = await salon.mapAll(perm);
    const before = Date.now();
    const answer = await readiness(perm);
    expect(answer).toEqual({ ready: true, bookable: true, checkedAt: expect.any(String), reasons: [] });
    expect(Date.parse(answer.checkedAt)).toBeGreaterThanOrEqual(before);
    const planned = await plan(perm);
    expect(planned).toMatchObject({ id: perm.id, companyId: salon.company.companyId, name: 'Perm', bookable: true });
    expect(planned.segments.map(({ staff: _, ...segment }) => segment)).toEqual(
      perm.segments.map(({ staffIds: _, ...segment }: any) => ({
        gapAfter: { minMinutes: 0, maxMinutes: 0 },
        gapFreesStaff: true,
        ...segment,
      })),
    );
    const rows = planned.segments.flatMap(({ id: segmentId, staff }) =>
      staff.map(({ staffId, eventType }) => ({ segmentId, staffId, eventTypeId: eventType.id })),
    );
    expect(rows).toEqual(maps);
    expect(planned.segments[0]!.staff[1]).toMatchObject({ name: 'Jonas', hostId: jonas.hostId });
    expect(planned.segments[0]!.staff[1]!.eventType.definition.hosts).toMatchObject([{ id: jonas.hostId }]);
  });

  it('names every map that is missing, and is bookable with whoever has all of theirs', async () => {
    const colour = await salon.sells('Colour', ROOT_COLOUR);
    const maps = await salon.mapAll(colour);
    const mapsPath = `/api/services/${colour.id}/event-type-maps`;
    const isMaria = ({ staffId }: any): boolean => staffId === maria.id;
    await salon.ok('PUT', mapsPath, { maps: maps.filter((map, index) => isMaria(map) || index < 2) });
    const missing = colour.segments.slice(1).map(({ id, name }: any) => ({
      code: 'MAP_MISSING',
      blocking: true,
      message: expect.any(String),
      evidence: {},
      segmentId: id,
      segmentName: name,
      staffId: jonas.id,
      staffName: 'Jonas',
    }));
    expect(await readiness(colour)).toMatchObject({ ready: false, bookable: true, reasons: missing });
    expect((await plan(colour)).segments.map(({ staff }) => staff.length)).toEqual([2, 1, 1, 1]);
    await salon.ok('PUT', mapsPath, { maps: maps.filter((map, index) => isMaria(map) !== index > 3) });
    expect(await readiness(colour)).toMatchObject({ ready: false, bookable: true });
    await salon.ok('PATCH', `/api/services/${colour.id}`, { onePerson: 'required' });
    const split = await readiness(colour);
    expect(split).toMatchObject({
      ready: false,
      bookable: false,
      reasons: [{ code: 'NO_ONE_FOR_ALL' }, {}, {}, {}, {}],
    });
    expect((await plan(colour)).bookable).toBe(false);
  });

  it('leaves out people who are not at work, and is denied where nobody else is', async () => {
    const perm = await salon.sells('Perm', PERM);
    await salon.mapAll(perm);
    await change(jonas, { active: false });
    const without = await readiness(perm);
    const codes = ({ reasons }: any): string[] => reasons.map(({ code }: any) => code);
    expect([without.ready, codes(without)]).toEqual([true, Array(4).fill('STAFF_INACTIVE')]);
    expect((await plan(perm)).segments.map(({ staff }) => staff.map(({ name }) => name))).toEqual(
      Array(4).fill(['Maria']),
    );
    await change(maria, { active: false });
    const nobody = await readiness(perm);
    expect([nobody.ready, nobody.bookable, codes(nobody).slice(0, 4)]).toEqual([
      false,
      false,
      Array(4).fill('NO_STAFF'),
    ]);
    await change(maria, { active: true });
    await change(jonas, { active: true });
  });

  it('is denied for people of whom no host is known, and for hosts whom the type has not', async () => {
    const cut = await salon.sells('Cut', SIMPLE);
    await salon.mapAll(cut);
    await change(jonas, { hostId: null });
    expect(await readiness(cut)).toMatchObject({
      ready: false,
      bookable: true,
      reasons: [{ code: 'STAFF_WITHOUT_HOST', staffId: jonas.id }],
    });
    await change(jonas, { hostId: '987654' });
    expect(await readiness(cut)).toMatchObject({
      ready: false,
      reasons: [{ code: 'HOST_NOT_ON_TYPE', staffId: jonas.id, evidence: { hostId: '987654' } }],
    });
    await change(jonas, { hostId: jonas.hostId });
    expect(await readiness(cut)).toMatchObject({ ready: true });
  });

  it('is denied where the provider may send somebody else, unless nobody cares', async () => {
    const cut = await salon.sells('Cut', SIMPLE, {}, [jonas]);
    const more = { teamId: salon.team.id, schedulingType: 'round-robin', hostIds: [maria.hostId, jonas.hostId] };
    const { id: eventTypeId } = await salon.ok('POST', '/api/event-types', {
      title: 'Both',
      slug: 'both',
      lengthMinutes: 30,
      ...more,
    });
    const maps = [{ segmentId: cut.segments[0].id, staffId: jonas.id, eventTypeId }];
    await salon.ok('PUT', `/api/services/${cut.id}/event-type-maps`, { maps });
    const reason = { code: 'SEVERAL_HOSTS', evidence: { hosts: 2 } };
    expect(await readiness(cut)).toMatchObject({ ready: false, reasons: [{ ...reason, blocking: true }] });
    await salon.ok('PATCH', `/api/services/${cut.id}`, { onePerson: 'indifferent' });
    expect(await readiness(cut)).toMatchObject({ ready: true, reasons: [{ ...reason, blocking: false }] });
  });

  it.each<[string, object]>([
    ['LENGTH_DIFFERS', { lengthInMinutes: 45 }],
    ['LENGTH_IS_OPTION', { lengthInMinutes: 45, lengthInMinutesOptions: [30, 45] }],
    ['SEATS', { seats: { seatsPerTimeSlot: 4, showAttendeeInfo: true, showAvailabilityCount: true } }],
    ['RECURRING', { recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' } }],
    ['REQUIRED_FIELDS', { bookingFields: [{ type: 'text', slug: 'hair', label: 'Hair', required: true }] }],
    ['CONFIRMATION_REQUIRED', { confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false } }],
  ])('is denied for %s, follows the provider at once, and plans nobody then', async (code, settings) => {
    const { id, maps } = await sold(SIMPLE);
    expect(await readiness({ id })).toMatchObject({ ready: true });
    await provider('PATCH', maps[0].eventTypeId, settings);
    const answer = await readiness({ id });
    const reason = { code, blocking: true, ...maps[0], segmentName: 'Cut', staffName: 'Maria' };
    expect(answer).toMatchObject({ ready: false, bookable: false, reasons: [reason] });
    expect(await plan({ id })).toMatchObject({ bookable: false, segments: [{ staff: [] }] });
  });

  it('is denied for an event type that is gone, with its id', async () => {
    const { id, maps } = await sold(SIMPLE);
    const { eventTypeId } = maps[0];
    await provider('DELETE', eventTypeId);
    expect(await readiness({ id })).toMatchObject({
      ready: false,
      bookable: false,
      reasons: [{ code: 'EVENT_TYPE_GONE', evidence: { eventTypeId } }],
    });
  });

  it('is given in spite of confirmation where the service allows it', async () => {
    const policy = { confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false } };
    const { id } = await sold(SIMPLE, policy, { allowConfirmation: true });
    const reasons = [{ code: 'CONFIRMATION_REQUIRED', blocking: false }];
    expect(await readiness({ id })).toMatchObject({ ready: true, reasons });
    expect((await plan({ id })).segments[0]!.staff).toHaveLength(1);
  });

  it('is denied where a visit of several segments could not be taken back, and given to one of a single segment', async () => {
    const settings = { disableCancelling: { disabled: true } };
    const simple = await sold(SIMPLE, settings);
    expect(await readiness(simple)).toMatchObject({ ready: true, reasons: [{ code: 'CANCELLING_DISABLED' }] });
    const composite = await sold(TWO, settings);
    const reason = { code: 'CANCELLING_DISABLED', blocking: true };
    expect(await readiness(composite)).toMatchObject({ ready: false, bookable: false, reasons: [reason, reason] });
  });

  it.each([
    [10, false],
    [15, true],
  ])(
    'asks of one person for all whether a buffer of %i minutes fits into the gaps',
    async (afterEventBuffer, blocking) => {
      const { id, maps } = await sold(TWO, {}, { onePerson: 'required' });
      await provider('PATCH', maps[0].eventTypeId, { afterEventBuffer });
      const reason = { code: 'BUFFERS', blocking, segmentName: 'Colour' };
      expect(await readiness({ id })).toMatchObject({ ready: !blocking, bookable: !blocking, reasons: [reason] });
      await salon.ok('PATCH', `/api/services/${id}`, { onePerson: 'preferred' });
      expect(await readiness({ id })).toMatchObject({ ready: true, reasons: [{ ...reason, blocking: false }] });
    },
  );

  it('names for each type every reason that the readiness of the type names', async () => {
    const settings = {
      bookingRequiresAuthentication: true,
      disableRescheduling: { disabled: true },
      beforeEventBuffer: 5,
      seats: { seatsPerTimeSlot: 4, showAttendeeInfo: true, showAvailabilityCount: true },
    };
    const { id, maps } = await sold(SIMPLE, settings);
    const ofType = await salon.ok('GET', `/api/event-types/${maps[0].eventTypeId}/readiness`);
    expect(ofType.reasons).toHaveLength(4);
    expect((await readiness({ id })).reasons).toEqual(
      ofType.reasons.map((reason: object) => ({ ...reason, ...maps[0], segmentName: 'Cut', staffName: 'Maria' })),
    );
  });

  it('costs the provider two calls and one for each team, however many maps there are', async () => {
    const perm = await salon.sells('Perm', PERM);
    await salon.mapAll(perm);
    const calls = async (): Promise<number> => {
      const path = `/_sandbox/calls?key=${encodeURIComponent(salon.company.providerKey)}`;
      const { body } = await service.sandboxCall('GET', path);
      return body.filter(({ operation }: any) => !/webhook/i.test(operation)).length;
    };
    const before = await calls();
    await readiness(perm);
    expect((await calls()) - before).toBe(3);
    await plan(perm);
    expect((await calls()) - before).toBe(3);
  });

  it('is not guessed while the provider does not answer', async () => {
    const { id } = await sold(SIMPLE);
    const fault = { key: salon.company.providerKey, scenario: 'error-before', times: 50 };
    await service.sandboxCall('POST', '/_sandbox/scenarios', fault);
    const answer = await salon.call('GET', `/api/services/${id}/readiness`);
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect([answer.status, answer.body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
  });

  it('is asked for by whoever books: a service that is not bookable is refused with what blocks', async () => {
    const services = service.app.get(ServicesService, { strict: false });
    const { companyId } = salon.company;
    const perm = await salon.sells('Perm', PERM, {}, [maria]);
    await expect(services.findBookable(companyId, perm.id)).rejects.toMatchObject({
      code: 'SERVICE_NOT_READY',
      details: {
        reason: 'SERVICE_NOT_BOOKABLE',
        reasons: perm.segments.map(({ id }: any) => ({ code: 'MAP_MISSING', segmentId: id, staffId: maria.id })),
      },
    });
    await salon.mapAll(perm, [maria]);
    expect(await services.findBookable(companyId, perm.id)).toEqual(await plan(perm));
    const stranger = (await service.createCompany()).companyId;
    await expect(services.find(stranger, perm.id)).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  });

  /** Changes an own type of Maria's at the provider, without our service. */
  async function provider(method: string, eventTypeId: string, body?: object): Promise<void> {
    const { providerId } = await salon.ok('GET', `/api/event-types/${eventTypeId}`);
    const response = await fetch(`${service.sandbox.url}/v2/event-types/${providerId}`, {
      method,
      headers: {
        authorization: `Bearer ${salon.company.providerKey}`,
        'cal-api-version': '2024-06-14',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(response.status).toBeLessThan(300);
  }
});
