import { randomUUID } from 'node:crypto';
import { PERM, ROOT_COLOUR } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('the maps of a service to event types', () => {
  let service: TestService;
  let salon: Salon;

  beforeAll(async () => {
    service = await startTestService();
    salon = await Salon.open(service);
  });
  afterAll(() => service?.stop());

  const put = (sold: any, maps: unknown): Promise<TestAnswer> =>
    salon.call('PUT', `/api/services/${sold.id}/event-type-maps`, { maps });
  const mapsOf = async (sold: any): Promise<any[]> =>
    (await salon.ok('GET', `/api/services/${sold.id}/event-type-maps`)).maps;
  const faults = ({ body }: TestAnswer): string[] => body.error.details.fields.map(({ field }: any) => field);

  it('are the whole set that was said, in the order of the visit', async () => {
    const sold = await salon.sells('Perm', PERM);
    expect(await mapsOf(sold)).toEqual([]);
    const maps = await salon.mapAll(sold);
    expect(maps).toHaveLength(8);
    expect((await put(sold, [...maps].reverse())).body.maps).toEqual(maps);
    const fewer = maps.slice(2, 5);
    expect((await put(sold, fewer)).body.maps).toEqual(fewer);
    expect(await mapsOf(sold)).toEqual(fewer);
  });

  it('stay where segments are named again with the same people, and go with those that are not', async () => {
    const sold = await salon.sells('Colour', ROOT_COLOUR);
    const maps = await salon.mapAll(sold);
    const [colour, wash, cut] = sold.segments.map(({ id: _, ...segment }: any) => segment);
    const segments = [{ ...colour, durationMinutes: 45 }, { ...wash, staffIds: [salon.jonas.id] }, cut];
    await salon.ok('PATCH', `/api/services/${sold.id}`, { segments });
    const [colourId, washId, cutId] = sold.segments.map(({ id }: any) => id);
    const stays = ({ segmentId, staffId }: any): boolean =>
      segmentId === colourId || segmentId === cutId || (segmentId === washId && staffId === salon.jonas.id);
    expect(await mapsOf(sold)).toEqual(maps.filter(stays));
  });

  it('are left alone by a sync, also one that finds types changed or gone', async () => {
    const sold = await salon.sells('Synced', ROOT_COLOUR);
    const maps = await salon.mapAll(sold);
    await provider('PATCH', maps[0].eventTypeId, { title: 'Changed', lengthInMinutes: 55 });
    await provider('DELETE', maps[2].eventTypeId);
    const sync = await salon.ok('POST', '/api/event-types/sync');
    expect(sync).toMatchObject({ updated: 1, deleted: 1 });
    expect(await mapsOf(sold)).toEqual(maps);
  });

  it('name every row at fault by its path, and then change nothing', async () => {
    const sold = await salon.sells('Perm', PERM);
    const maps = await salon.mapAll(sold);
    const [first] = maps;
    const unmatched = await salon.ok('POST', '/api/staff', { name: 'Unmatched' });
    const { segments: _, ...rest } = sold;
    const withMore = sold.segments.map((segment: any) => ({
      ...segment,
      id: undefined,
      staffIds: [...segment.staffIds, unmatched.id],
    }));
    await salon.ok('PATCH', `/api/services/${rest.id}`, { segments: withMore });
    const other = await salon.sells('Other', PERM);
    const outsider = await salon.ok('POST', '/api/staff', { name: 'Outsider', hostId: '5' });
    const longer = await salon.typeOf(salon.maria, 55);
    const answer = await put(sold, [
      first,
      { ...first },
      { ...first, segmentId: other.segments[0].id },
      { ...first, staffId: outsider.id },
      { ...first, staffId: unmatched.id },
      { ...first, staffId: salon.jonas.id },
      { ...first, segmentId: maps[2].segmentId, eventTypeId: longer.id },
    ]);
    expect([answer.status, faults(answer)]).toEqual([
      400,
      [
        'maps.1.staffId',
        'maps.2.segmentId',
        'maps.3.staffId',
        'maps.4.staffId',
        'maps.5.eventTypeId',
        'maps.6.eventTypeId',
      ],
    ]);
    expect(await mapsOf(sold)).toEqual(maps);
  });

  it('may name a type that has the length of the segment as an option', async () => {
    const sold = await salon.sells('Wash', [{ name: 'Wash', durationMinutes: 20 }], {}, [salon.maria]);
    const { id: eventTypeId } = await salon.typeOf(salon.maria, 30);
    const maps = [{ segmentId: sold.segments[0].id, staffId: salon.maria.id, eventTypeId }];
    expect((await put(sold, maps)).status).toBe(400);
    await provider('PATCH', eventTypeId, { lengthInMinutesOptions: [20, 30] });
    await salon.ok('POST', '/api/event-types/sync');
    expect((await put(sold, maps)).body).toEqual({ maps });
  });

  it("do not take another company's event type, and say so as for none", async () => {
    const sold = await salon.sells('Perm', PERM);
    const strangers = await Salon.open(service);
    const foreign = await strangers.typeOf(strangers.maria, 50);
    for (const eventTypeId of [foreign.id, randomUUID()]) {
      const answer = await put(sold, [{ segmentId: sold.segments[0].id, staffId: salon.maria.id, eventTypeId }]);
      expect([answer.status, answer.body.error.code, faults(answer)]).toEqual([
        404,
        'EVENT_TYPE_NOT_FOUND',
        ['maps.0.eventTypeId'],
      ]);
    }
    expect(await mapsOf(sold)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['maps', undefined],
    ['maps', null],
    ['maps', {}],
    ['maps', [null]],
    ['maps', [[]]],
    ['maps.0.eventTypeId', [{ segmentId: randomUUID(), staffId: randomUUID(), eventTypeId: '1' }]],
    ['maps.0.more', [{ segmentId: randomUUID(), staffId: randomUUID(), eventTypeId: randomUUID(), more: 1 }]],
  ])('refuse with 400 at %s what is no set of maps', async (field, maps) => {
    const sold = await salon.sells('Perm', PERM);
    const answer = await put(sold, maps);
    expect([answer.status, faults(answer)]).toEqual([400, [field]]);
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
