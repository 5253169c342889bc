import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { startAt } from '../fixtures/bookings/desk';
import { PERM } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

const HAIRCUT = [{ name: 'Haircut', durationMinutes: 30 }];

describe('free times of a simple service', () => {
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

  const date = (day: number): string => startAt(day, 9).slice(0, 10);

  function ask(query: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<TestAnswer> {
    const asked = { serviceId: haircut.id, start: date(0), end: date(0), ...query };
    const path = `/api/availability?${new URLSearchParams(asked)}`;
    return service.call('GET', path, { key: salon.company.secretKey, headers });
  }

  async function slots(query: Record<string, string> = {}): Promise<any[]> {
    const { status, body, text } = await ask(query);
    expect([status, text]).toEqual([200, expect.any(String)]);
    return Object.values<any[]>(body.days).flat();
  }

  const at = (list: any[], start: string): any => list.find((slot) => slot.start === start);
  const typeOf = (staffId: string): string => maps.find((map) => map.staffId === staffId).eventTypeId;

  async function book(eventTypeId: string, start: string): Promise<string> {
    const attendee = { name: 'Eva Brandt', email: 'eva@customer.example', timeZone: 'Europe/Berlin' };
    const made = await service.call('POST', '/api/bookings', {
      key: salon.company.secretKey,
      headers: { 'idempotency-key': randomUUID() },
      body: { eventTypeId, start, attendee },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    return made.body.id;
  }

  const calls = async (): Promise<number> => {
    const query = `key=${encodeURIComponent(salon.company.providerKey)}&operation=slots.list`;
    return (await service.sandboxCall('GET', `/_sandbox/calls?${query}`)).body.length;
  };

  it('are those of everybody who can do it, each start once, with who is free then', async () => {
    const { maria, jonas } = salon;
    await book(typeOf(maria.id), startAt(0, 10));
    await book(typeOf(jonas.id), startAt(0, 11));
    for (const person of [maria, jonas]) await book(typeOf(person.id), startAt(0, 12));
    const found = await slots();
    expect(at(found, startAt(0, 9))).toEqual({
      start: startAt(0, 9),
      end: startAt(0, 9, 30),
      staffIds: [maria.id, jonas.id],
    });
    expect(at(found, startAt(0, 10)).staffIds).toEqual([jonas.id]);
    expect(at(found, startAt(0, 11)).staffIds).toEqual([maria.id]);
    expect(at(found, startAt(0, 12))).toBeUndefined();
    const starts = found.map(({ start }) => start);
    expect(starts).toEqual([...new Set(starts)].sort());
  });

  it('are those of one person where one is asked for, as of that event type', async () => {
    const { jonas } = salon;
    await book(typeOf(jonas.id), startAt(0, 10));
    const ofJonas = await slots({ staffId: jonas.id.toUpperCase() });
    const query = { start: date(0), end: date(0), eventTypeId: typeOf(jonas.id) };
    const { body } = await salon.call('GET', `/api/availability?${new URLSearchParams(query)}`);
    expect(ofJonas.map(({ start, end }) => ({ start, end }))).toEqual(Object.values(body.days).flat());
    expect(new Set(ofJonas.flatMap(({ staffIds }) => staffIds))).toEqual(new Set([jonas.id]));
  });

  it('take one call for each distinct event type, and neither call nor database the next time', async () => {
    const before = await calls();
    await Promise.all([slots(), slots({ staffId: salon.maria.id }), slots({ end: date(3), limit: '5' })]);
    expect((await calls()) - before).toBe(2);
    const pool = (service.app.get(DataSource).driver as unknown as { master: Pool }).master;
    // The caller's key was just looked up, and is remembered for a second. Other work of the service is no read.
    await slots();
    const asked: string[] = [];
    const note = (): void => void asked.push(new Error('asked').stack ?? '');
    pool.on('acquire', note);
    await Promise.all([slots(), slots({ start: date(1), end: date(2) }), slots({ staffId: salon.jonas.id })]);
    pool.off('acquire', note);
    expect(asked.filter((stack) => /availability|services|companies\/callers/.test(stack))).toEqual([]);
    expect((await calls()) - before).toBe(2);
  });

  it('follow at once what is changed of the service, its staff and its maps', async () => {
    const { maria, jonas } = salon;
    const who = async (): Promise<string[]> => at(await slots(), startAt(0, 9))?.staffIds;
    expect(await who()).toEqual([maria.id, jonas.id]);
    await salon.ok('PATCH', `/api/staff/${maria.id}`, { active: false });
    expect(await who()).toEqual([jonas.id]);
    await salon.ok('PATCH', `/api/staff/${maria.id}`, { active: true });
    const segments = [{ ...HAIRCUT[0], staffIds: [jonas.id, maria.id] }];
    await salon.ok('PATCH', `/api/services/${haircut.id}`, { segments });
    expect(await who()).toEqual([jonas.id, maria.id]);
    await salon.ok('PUT', `/api/services/${haircut.id}/event-type-maps`, { maps: maps.slice(0, 1) });
    expect(await who()).toEqual([maria.id]);
    await salon.ok('DELETE', `/api/services/${haircut.id}`);
    expect((await ask()).body.error.code).toBe('SERVICE_NOT_FOUND');
  });

  it('have one fill and one entry for two people whom one round-robin type carries', async () => {
    const hostIds = [salon.maria.hostId, salon.jonas.hostId];
    const base = { title: 'Either', slug: `either-${randomUUID().slice(0, 8)}`, lengthMinutes: 30 };
    const hosted = { teamId: salon.team.id, schedulingType: 'round-robin', hostIds };
    const type = await salon.ok('POST', '/api/event-types', { ...base, ...hosted });
    haircut = await salon.sells('Either', HAIRCUT, { onePerson: 'indifferent' });
    const [{ id: segmentId }] = haircut.segments;
    const each = [salon.maria, salon.jonas].map(({ id }) => ({ segmentId, staffId: id, eventTypeId: type.id }));
    await salon.ok('PUT', `/api/services/${haircut.id}/event-type-maps`, { maps: each });
    const before = await calls();
    expect(at(await slots(), startAt(0, 9)).staffIds).toEqual([salon.maria.id, salon.jonas.id]);
    expect((await calls()) - before).toBe(1);
  });

  it('are cut to the limit, read out, told apart by their ETag, and not sent twice', async () => {
    const whole = await slots();
    expect(await slots({ limit: '3' })).toEqual(whole.slice(0, 3));
    const spoken = await ask({ spoken: 'true' });
    expect(spoken.body.options.map(({ start }: any) => start.slice(11, 16))).toEqual(['09:00', '12:30', '16:30']);
    expect(spoken.body.options[0]).toMatchObject({
      label: expect.stringMatching(/9:00$/),
      staffIds: expect.any(Array),
    });
    const first = await ask();
    const headers = { 'if-none-match': first.headers.get('etag')! };
    expect((await ask({}, headers)).status).toBe(304);
    // Still offered, but not by her: another answer.
    await book(typeOf(salon.maria.id), startAt(0, 14));
    const changed = await ask({}, headers);
    expect([changed.status, at(Object.values<any>(changed.body.days).flat(), startAt(0, 14)).staffIds]).toEqual([
      200,
      [salon.jonas.id],
    ]);
  });

  it('keep their instants in every zone, also by days of 25 hours', async () => {
    const kathmandu = await slots({ timeZone: 'Asia/Kathmandu' });
    const berlin = await slots();
    expect(kathmandu.every(({ start }) => start.endsWith('+05:45'))).toBe(true);
    const instants = (list: any[]): number[] => list.map(({ start }) => Date.parse(start));
    expect(instants(kathmandu)).toEqual(instants(berlin));
  });

  it('refuse what cannot be asked, naming the parameter, and ask nobody then', async () => {
    const perm = await salon.sells('Perm', PERM);
    const before = await calls();
    const refused = async (query: Record<string, string>, field: string): Promise<string> => {
      const { status, body } = await ask(query);
      expect([query, status, body.error.code]).toEqual([query, 400, 'VALIDATION_ERROR']);
      expect(body.error.details.fields).toEqual([{ field, reason: expect.any(String) }]);
      return body.error.details.fields[0].reason;
    };
    for (const serviceId of ['', 'true', '1e3', '0', '-1', '../x', `${haircut.id} `]) {
      await refused({ serviceId }, 'serviceId');
    }
    for (const staffId of ['', 'maria', '1']) await refused({ staffId }, 'staffId');
    await refused({ eventTypeId: typeOf(salon.maria.id) }, 'serviceId');
    expect(await refused({ serviceId: perm.id }, 'serviceId')).toContain(
      `GET /api/services/${perm.id}/composite-availability`,
    );
    for (const end of ['2026-02-30', date(0).replace(/^\d+/, '2090')]) await refused({ end }, 'end');
    const alone = { start: date(0), end: date(0) };
    const path = (query: object): string => `/api/availability?${new URLSearchParams({ ...alone, ...query })}`;
    const neither = await salon.call('GET', path({}));
    expect([neither.status, neither.body.error.details.fields[0].field]).toEqual([400, 'eventTypeId']);
    const orphan = { eventTypeId: typeOf(salon.maria.id), staffId: salon.maria.id };
    expect((await salon.call('GET', path(orphan))).body.error.details.fields[0].field).toBe('staffId');
    const twice = await salon.call('GET', `${path({ serviceId: haircut.id })}&serviceId=${haircut.id}`);
    expect(twice.status).toBe(400);
    expect(await calls()).toBe(before);
  });

  it('are of nobody who does not do it, and of no service that is not ready', async () => {
    const codeOf = async (query: Record<string, string>): Promise<[number, string]> => {
      const { status, body } = await ask(query);
      return [status, body.error.code];
    };
    expect(await codeOf({ serviceId: randomUUID() })).toEqual([404, 'SERVICE_NOT_FOUND']);
    expect(await codeOf({ staffId: randomUUID() })).toEqual([404, 'STAFF_NOT_FOUND']);
    const { id: staffId } = await salon.ok('POST', '/api/staff', { name: 'Nobody' });
    expect(await codeOf({ staffId })).toEqual([404, 'STAFF_NOT_FOUND']);
    const unmapped = await salon.sells('Shave', HAIRCUT);
    expect(await codeOf({ serviceId: unmapped.id })).toEqual([422, 'SERVICE_NOT_READY']);
  });

  it('leave a line in the log for one in a hundred from memory, visits of several segments too, and for every failure', async () => {
    const perm = await salon.sells('Perm', PERM);
    await salon.mapAll(perm);
    const visits = `/api/services/${perm.id}/composite-availability?start=${date(0)}&end=${date(0)}`;
    await slots();
    await salon.ok('GET', visits);
    const lines = (path: string): string[] =>
      service
        .logs()
        .split('\n')
        .filter((line) => line.includes('request completed') && line.includes(`"path":"${path}"`));
    const paths = ['/api/availability', visits.split('?')[0]!];
    const before = paths.map((path) => lines(path).length);
    for (let count = 0; count < 60; count += 1) {
      await ask({ limit: String(count + 1) });
      await salon.call('GET', visits);
    }
    const added = paths.map((path, place) => lines(path).length - before[place]!);
    expect(added[0]! + added[1]!).toBeLessThanOrEqual(2);
    for (let count = 0; count < 3; count += 1) await ask({ serviceId: randomUUID() });
    expect(lines(paths[0]!).length - before[0]! - added[0]!).toBe(3);
  });
});
