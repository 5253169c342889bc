import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { startTestService, TestAnswer, TestCompany, TestService } from '../support/service';

const BERLIN = 'Europe/Berlin';

let service: TestService;
let company: TestCompany;
let eventTypeId: string;

/** A Monday at least a week ahead, so that no notice period or past start is in the way. */
const monday = DateTime.now().setZone(BERLIN).plus({ weeks: 2 }).startOf('week');
const day = (offset: number): string => monday.plus({ days: offset }).toISODate()!;

beforeAll(async () => {
  service = await startTestService();
  await service.sandboxCall('PUT', '/_sandbox/settings', { slotsCacheMs: 0 });
  company = await service.createCompany({ timeZone: BERLIN });
  const created = await service.call('POST', '/api/event-types', {
    key: company.secretKey,
    body: { title: 'Haircut', slug: 'haircut', lengthMinutes: 30, minimumNoticeMinutes: 0 },
  });
  eventTypeId = created.body.id;
});
afterAll(() => service.stop());

async function ask(query: Record<string, string>, key = company.secretKey): Promise<TestAnswer> {
  return service.call('GET', `/api/availability?${new URLSearchParams({ eventTypeId, ...query })}`, { key });
}

async function days(query: Record<string, string>): Promise<Record<string, { start: string; end: string }[]>> {
  const answer = await ask(query);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body.days;
}

async function providerCalls(): Promise<number> {
  const key = encodeURIComponent(company.providerKey);
  return (await service.sandboxCall('GET', `/_sandbox/calls?key=${key}&operation=slots.list`)).body.length;
}

const startsOf = (found: { start: string }[] = []): string[] => found.map(({ start }) => start);
const instants = (found: Record<string, { start: string }[]>): number[] =>
  Object.values(found).flatMap((slots) => slots.map(({ start }) => Date.parse(start)));

describe('free times', () => {
  it("are grouped by the company's days by default, with the offset of the zone, and not kept unasked", async () => {
    const before = Date.now();
    const answer = await ask({ start: day(0), end: day(1) });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(answer.body).toMatchObject({ timeZone: BERLIN, stale: false });
    expect(Date.parse(answer.body.fetchedAt)).toBeGreaterThanOrEqual(before - 1_000);
    expect(Object.keys(answer.body.days)).toEqual([day(0), day(1)]);
    const slots = answer.body.days[day(0)];
    expect(slots).toHaveLength(16);
    const nine = monday.set({ hour: 9 });
    expect(slots[0]).toEqual({
      start: nine.toISO({ suppressMilliseconds: true }),
      end: nine.plus({ minutes: 30 }).toISO({ suppressMilliseconds: true }),
    });
  });

  it('are absent on days without working hours', async () => {
    expect(Object.keys(await days({ start: day(4), end: day(7) }))).toEqual([day(4), day(7)]);
  });

  it('are the same instants in every zone, written in that zone and under its days', async () => {
    const range = { start: monday.toUTC().toISO()!, end: monday.plus({ days: 2 }).toUTC().toISO()! };
    const here = await days({ ...range, timeZone: BERLIN });
    expect(instants(here)).toHaveLength(32);
    for (const zone of ['Asia/Kathmandu', 'Pacific/Kiritimati', 'America/New_York']) {
      const there = await days({ ...range, timeZone: zone });
      expect(instants(there)).toEqual(instants(here));
      for (const [date, slots] of Object.entries(there)) {
        const local = slots.map(({ start }) => DateTime.fromISO(start).setZone(zone));
        expect(local.map((at) => at.toISODate())).toEqual(slots.map(() => date));
        expect(startsOf(slots)).toEqual(local.map((at) => at.toISO({ suppressMilliseconds: true })));
      }
    }
  });

  it('of a date are those of the whole local day of the asked zone, both ends cut exactly', async () => {
    // In Kiritimati (+14:00) the Monday ends when it is Monday 11:00 in Berlin in winter, noon in summer.
    const zone = 'Pacific/Kiritimati';
    const found = await days({ start: day(0), end: day(0), timeZone: zone });
    const from = DateTime.fromISO(day(0), { zone }).toMillis();
    const to = DateTime.fromISO(day(0), { zone }).plus({ days: 1 }).toMillis();
    const around = instants(await days({ start: day(-3), end: day(2) }));
    expect(Object.keys(found)).toEqual([day(0)]);
    expect(instants(found)).toEqual(around.filter((ms) => ms >= from && ms < to));
  });

  it('of a range of instants include its start and exclude its end', async () => {
    const nine = monday.set({ hour: 9 });
    const found = await days({ start: nine.toISO()!, end: nine.plus({ hours: 1 }).toISO()! });
    expect(instants(found)).toEqual([nine.toMillis(), nine.plus({ minutes: 30 }).toMillis()]);
  });

  it("begin with the host's working day, on the host's own grid, in a zone of quarter hours too", async () => {
    const zone = 'Asia/Kathmandu';
    const { secretKey } = await service.createCompany({ timeZone: zone });
    const type = await service.call('POST', '/api/event-types', {
      key: secretKey,
      body: { title: 'Call', slug: 'call', lengthMinutes: 30, minimumNoticeMinutes: 0 },
    });
    const answer = await ask({ eventTypeId: type.body.id, start: day(0), end: day(0) }, secretKey);
    const slots = answer.body.days[day(0)];
    expect([answer.body.timeZone, slots.length, slots[0].start, slots[15].end]).toEqual([
      zone,
      16,
      `${day(0)}T09:00:00+05:45`,
      `${day(0)}T17:00:00+05:45`,
    ]);
  });

  it('are complete on both sides of each clock change, with the offset of their own day', async () => {
    for (const change of clockChanges()) {
      const [friday, nextMonday] = [change.minus({ days: 2 }), change.plus({ days: 1 })];
      const found = await days({ start: friday.toISODate()!, end: nextMonday.toISODate()! });
      expect(Object.fromEntries(Object.entries(found).map(([date, slots]) => [date, slots.length]))).toEqual({
        [friday.toISODate()!]: 16,
        [nextMonday.toISODate()!]: 16,
      });
      for (const at of [friday, nextMonday]) {
        expect(found[at.toISODate()!]![0]!.start).toBe(at.set({ hour: 9 }).toISO({ suppressMilliseconds: true }));
      }
    }
  });

  it('are never past, and a range that is over asks nobody', async () => {
    const today = DateTime.now().setZone(BERLIN);
    const before = Date.now();
    const found = await days({
      start: today.minus({ days: 7 }).toISODate()!,
      end: today.plus({ days: 7 }).toISODate()!,
    });
    expect(instants(found).length).toBeGreaterThan(0);
    expect(Math.min(...instants(found))).toBeGreaterThanOrEqual(before);

    const asked = await providerCalls();
    expect(await days({ start: '2020-01-01', end: '2020-01-07' })).toEqual({});
    expect(await providerCalls()).toBe(asked);
  });

  it('are shown to a publishable key as well', async () => {
    const range = { start: day(0), end: day(0) };
    const answer = await service.call('GET', `/api/availability?${new URLSearchParams({ eventTypeId, ...range })}`, {
      key: company.publishableKey,
      headers: { origin: 'https://book.salon.example' },
    });
    expect([answer.status, answer.body.days]).toEqual([200, await days(range)]);
  });

  it('name the zone by its proper name, whatever the letter case of the question', async () => {
    const answer = await ask({ start: day(0), end: day(0), timeZone: 'europe/berlin' });
    expect(answer.body.timeZone).toBe(BERLIN);
  });
});

describe('bad input', () => {
  const good = { start: day(0), end: day(1) };

  it.each<[Record<string, string>, string, string]>([
    [{ ...good, timeZone: 'EST' }, 'INVALID_TIMEZONE', 'timeZone'],
    [{ ...good, timeZone: '+02:00' }, 'INVALID_TIMEZONE', 'timeZone'],
    [{ ...good, timeZone: '../../etc/passwd' }, 'INVALID_TIMEZONE', 'timeZone'],
    [{ ...good, timeZone: '' }, 'INVALID_TIMEZONE', 'timeZone'],
    [{ ...good, start: '2026-02-30' }, 'VALIDATION_ERROR', 'start'],
    [{ ...good, start: '2026-12-01T09:00:00' }, 'VALIDATION_ERROR', 'start'],
    [{ ...good, start: '2026-12-01T24:00:00Z' }, 'VALIDATION_ERROR', 'start'],
    [{ ...good, start: '1796115600000' }, 'VALIDATION_ERROR', 'start'],
    [{ ...good, end: '9999-12-31' }, 'VALIDATION_ERROR', 'end'],
    [{ ...good, end: monday.plus({ years: 10 }).toISODate()! }, 'VALIDATION_ERROR', 'end'],
    [{ ...good, end: day(-1) }, 'VALIDATION_ERROR', 'end'],
    [{ ...good, companyId: randomUUID() }, 'VALIDATION_ERROR', 'companyId'],
    ...['', 'true', '1e3', '0x10', '-1', '1.5', '9007199254740993', '42'].map(
      (id) =>
        [{ ...good, eventTypeId: id }, 'VALIDATION_ERROR', 'eventTypeId'] as [Record<string, string>, string, string],
    ),
  ])('%j is refused by the name of the field, and nobody is asked', async (query, code, field) => {
    const before = await providerCalls();
    const answer = await ask(query);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    expect(answer.body.error.details.fields[0].field).toBe(field);
    expect(await providerCalls()).toBe(before);
  });

  it("answers 404 for another company's type, exactly as for none, and asks no provider", async () => {
    const stranger = await service.createCompany();
    const answers = await Promise.all([ask(good, stranger.secretKey), ask({ ...good, eventTypeId: randomUUID() })]);
    const [foreign, none] = answers.map(({ status, body: { error } }) => [
      status,
      error.code,
      error.message,
      error.details,
    ]);
    expect(foreign).toEqual([404, 'EVENT_TYPE_NOT_FOUND', expect.any(String), {}]);
    expect(foreign).toEqual(none);
    const key = encodeURIComponent(stranger.providerKey);
    expect((await service.sandboxCall('GET', `/_sandbox/calls?key=${key}&operation=slots.list`)).body).toEqual([]);
  });
});

/** The Sundays of the next two changes of Berlin's clocks, one in each direction. */
function clockChanges(): DateTime[] {
  const days = Array.from({ length: 365 }, (_, index) =>
    DateTime.now()
      .setZone(BERLIN)
      .startOf('day')
      .plus({ days: index + 3 }),
  );
  return days.filter((date) => date.offset !== date.plus({ days: 1 }).offset);
}
