import { randomUUID } from 'node:crypto';
import { VisitOffers } from '../../src/features/availability/composite/visit-offers.service';
import { ServicesService } from '../../src/features/services/services.service';
import { startAt } from '../fixtures/bookings/desk';
import { PERM, ROOT_COLOUR } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('visits of several segments', () => {
  let service: TestService;
  let salon: Salon;

  beforeAll(async () => {
    service = await startTestService();
  });
  beforeEach(async () => {
    salon = await Salon.open(service);
  });
  afterAll(() => service?.stop());

  const pathOf = (id: string, query: Record<string, string>): string =>
    `/api/services/${id}/composite-availability?${new URLSearchParams(query)}`;
  const date = (day: number): string => startAt(day, 9).slice(0, 10);

  function ask(id: string, query: Record<string, string> = {}): Promise<TestAnswer> {
    return salon.call('GET', pathOf(id, { start: date(0), end: date(0), ...query }));
  }

  async function options(id: string, query?: Record<string, string>): Promise<any[]> {
    const { status, body, text } = await ask(id, query);
    expect([status, text]).toEqual([200, expect.any(String)]);
    return body.options;
  }

  async function sold(segments = PERM, more?: object, staff = [salon.maria, salon.jonas]): Promise<any> {
    const found = await salon.sells('Visit', segments, more, staff);
    await salon.mapAll(found, staff);
    return found;
  }

  const calls = async (): Promise<number> => {
    const query = `key=${encodeURIComponent(salon.company.providerKey)}&operation=slots.list`;
    return (await service.sandboxCall('GET', `/_sandbox/calls?${query}`)).body.length;
  };
  const minutesIn = ({ start, segments }: any): number[][] =>
    segments.map((part: any) => [part.start, part.end].map((at) => (Date.parse(at) - Date.parse(start)) / 60_000));
  const at = (list: any[], start: string): any => list.find((option) => option.start === start);

  const book = async (type: any, start: string): Promise<any> => {
    const attendee = { name: 'Eva Brandt', email: 'eva@customer.example', timeZone: 'Europe/Berlin' };
    const made = await service.call('POST', '/api/bookings', {
      key: salon.company.secretKey,
      headers: { 'idempotency-key': randomUUID() },
      body: { eventTypeId: type.id ?? type, start, attendee },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    return made.body;
  };

  it('are a perm of 135 minutes with its two gaps, by one person, off the grid where it must be', async () => {
    const perm = await sold();
    const { body } = await ask(perm.id);
    expect(body).toMatchObject({ serviceId: perm.id, timeZone: 'Europe/Berlin', stale: false });
    const first = body.options[0];
    expect(first).toMatchObject({
      start: startAt(0, 9),
      end: startAt(0, 11, 15),
      totalMinutes: 135,
      personChanges: 0,
      optionId: expect.stringMatching(/^opt_/),
    });
    // 65 and 80 minutes after nine are no starts of a grid of 5 or 15 minutes that begins at nine with its own length.
    expect(minutesIn(first)).toEqual([
      [0, 50],
      [65, 70],
      [80, 95],
      [95, 135],
    ]);
    expect(first.segments.map(({ name }: any) => name)).toEqual(PERM.map(({ name }) => name));
    expect(new Set(first.segments.map(({ staffName }: any) => staffName))).toEqual(new Set(['Maria']));
    expect(body.found).toBe(body.options.length);
    const ends = body.options.map(({ end }: any) => end);
    expect(ends.every((end: string) => Date.parse(end) <= Date.parse(startAt(0, 17)))).toBe(true);
  });

  it('take one call for each distinct event type, and none the next time, however many candidates there are', async () => {
    const perm = await sold();
    const before = await calls();
    await Promise.all([
      options(perm.id),
      options(perm.id, { staffId: salon.jonas.id }),
      options(perm.id, { end: date(3) }),
    ]);
    const distinct = PERM.length * 2;
    expect((await calls()) - before).toBe(distinct);
    await options(perm.id, { start: date(1), end: date(2) });
    expect((await calls()) - before).toBe(distinct);
  });

  it('leave the gap to other customers, who may be served in it', async () => {
    const perm = await sold(PERM, {}, [salon.maria]);
    const before = await options(perm.id);
    // In the first gap, while the winding of nine o'clock works: 9:50 to 10:05.
    const trim = await salon.typeOf(salon.maria, 15, { slotIntervalMinutes: 5 });
    await book(trim, startAt(0, 9, 50));
    const after = await options(perm.id);
    expect(at(after, startAt(0, 9))).toEqual(at(before, startAt(0, 9)));
    // The one that would begin at 9:50 needs her then.
    expect(at(before, startAt(0, 9, 50))).toBeDefined();
    expect(at(after, startAt(0, 9, 50))).toBeUndefined();
  });

  it('need her for the gap as well where the service says so', async () => {
    const staying = PERM.map((segment) => (segment.gapAfter ? { ...segment, gapFreesStaff: false } : segment));
    const perm = await sold(staying, {}, [salon.maria]);
    expect(at(await options(perm.id), startAt(0, 9))).toBeDefined();
    const trim = await salon.typeOf(salon.maria, 15, { slotIntervalMinutes: 5 });
    await book(trim, startAt(0, 9, 50));
    expect(at(await options(perm.id), startAt(0, 9))).toBeUndefined();
  });

  it('go on with somebody else where the first person is taken, and not where one person is required', async () => {
    const preferred = await sold(ROOT_COLOUR);
    const required = await sold(ROOT_COLOUR, { onePerson: 'required' });
    // Maria is taken from 12:00 on, Jonas until 12:00: nobody can do a visit over noon alone.
    await book(await salon.typeOf(salon.maria, 300), startAt(0, 12));
    await book(await salon.typeOf(salon.jonas, 180), startAt(0, 9));
    const mixed = at(await options(preferred.id), startAt(0, 11));
    expect(mixed).toMatchObject({ personChanges: 1 });
    expect(mixed.segments.map(({ staffName }: any) => staffName)).toEqual(['Maria', 'Jonas', 'Jonas', 'Jonas']);
    const alone = await options(required.id);
    expect(at(alone, startAt(0, 11))).toBeUndefined();
    expect(new Set(alone.map(({ personChanges }: any) => personChanges))).toEqual(new Set([0]));
    expect(alone.length).toBeGreaterThan(0);
  });

  it('are done by the person who is asked for', async () => {
    const perm = await sold();
    const asked = await options(perm.id, { staffId: salon.jonas.id.toUpperCase() });
    const names = asked.flatMap(({ segments }: any) => segments.map(({ staffName }: any) => staffName));
    expect([asked.length > 0, new Set(names)]).toEqual([true, new Set(['Jonas'])]);
  });

  it('are cut to the limit after ranking, and told how many there are', async () => {
    const perm = await sold();
    const whole = await ask(perm.id);
    const cut = await ask(perm.id, { limit: '2' });
    expect(cut.body.options).toEqual(whole.body.options.slice(0, 2));
    expect([cut.body.found, whole.body.found > 2]).toEqual([whole.body.found, true]);
  });

  it('are named by an id that stands for exactly them: the same again, and nothing once any part is gone', async () => {
    const perm = await sold();
    const [services, offers] = [service.app.get(ServicesService), service.app.get(VisitOffers)];
    const resolve = async (optionId: string) =>
      offers.option(await services.findBookable(salon.company.companyId, perm.id), optionId);
    const [first, second] = await options(perm.id);
    const ofJonas = (await options(perm.id, { staffId: salon.jonas.id }))[0];
    expect((await options(perm.id))[0].optionId).toBe(first.optionId);
    for (const option of [first, second, ofJonas]) {
      const found = await resolve(option.optionId);
      expect(found?.parts.map(({ startMs, staffId }) => [startMs, staffId])).toEqual(
        option.segments.map(({ start, staffId }: any) => [Date.parse(start), staffId]),
      );
    }
    await book(first.segments[3].eventTypeId, first.segments[3].start);
    expect(await resolve(first.optionId)).toBeUndefined();
    expect((await resolve(ofJonas.optionId))?.optionId).toBe(ofJonas.optionId);
    for (const wrong of ['', 'opt_', `${ofJonas.optionId}x`, ofJonas.optionId.replace(/.$/, '!')]) {
      expect(await resolve(wrong)).toBeUndefined();
    }
    const segments = PERM.map((segment) => ({ ...segment, staffIds: [salon.maria.id, salon.jonas.id] }));
    segments[0] = { ...segments[0]!, gapAfter: { minMinutes: 15, maxMinutes: 20 } };
    await salon.ok('PATCH', `/api/services/${perm.id}`, { segments });
    expect(await resolve(ofJonas.optionId)).toBeUndefined();
  });

  it('refuse what cannot be asked, and ask nobody then', async () => {
    const perm = await sold();
    const before = await calls();
    const refused = async (query: Record<string, string>, code: string): Promise<void> => {
      const { status, body } = await ask(perm.id, query);
      expect([query, status, body.error.code]).toEqual([query, code === 'STAFF_NOT_FOUND' ? 404 : 400, code]);
    };
    for (const end of ['2026-02-30', '9999-01-01', date(0).replace(/^\d+/, '2090')])
      await refused({ end }, 'VALIDATION_ERROR');
    for (const limit of ['0', '201', '1e1', '', '-1']) await refused({ limit }, 'VALIDATION_ERROR');
    for (const timeZone of ['EST', '+02:00', '../../etc/passwd']) await refused({ timeZone }, 'INVALID_TIMEZONE');
    await refused({ staffId: 'maria' }, 'VALIDATION_ERROR');
    await refused({ staffId: randomUUID() }, 'STAFF_NOT_FOUND');
    expect(await calls()).toBe(before);
  });

  it('are shown to a page, written in the zone that it asks for, and never to another company', async () => {
    const perm = await sold();
    const other = await service.createCompany();
    const query = pathOf(perm.id, { start: date(0), end: date(0), timeZone: 'Asia/Kathmandu' });
    const page = await service.call('GET', query, {
      key: salon.company.publishableKey,
      headers: { origin: 'https://book.salon.example' },
    });
    expect(page.body).toMatchObject({ timeZone: 'Asia/Kathmandu', options: expect.any(Array) });
    expect(page.body.options[0].start).toMatch(/\+05:45$/);
    expect((await service.call('GET', query, { key: other.secretKey })).status).toBe(404);
  });

  it('wait for a service that is ready to be sold', async () => {
    const unmapped = await salon.sells('Perm', PERM);
    const { status, body } = await ask(unmapped.id);
    expect([status, body.error.code, body.error.details.reason]).toEqual([
      expect.any(Number),
      'SERVICE_NOT_READY',
      'SERVICE_NOT_BOOKABLE',
    ]);
  });
});
