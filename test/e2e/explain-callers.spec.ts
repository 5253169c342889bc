import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTestService();
});
beforeEach(async () => {
  desk = await Desk.open(service, { minimumNoticeMinutes: 0 });
});
afterAll(() => service?.stop());

function ask(query: Record<string, string>, key = desk.company.secretKey): Promise<TestAnswer> {
  const isPublishable = key === desk.company.publishableKey;
  return service.call('GET', `/api/availability/explain?${new URLSearchParams(query)}`, {
    key,
    headers: isPublishable ? { origin: 'https://book.salon.example' } : {},
  });
}

const askAt = (start: string, key?: string): Promise<TestAnswer> => ask({ eventTypeId: desk.eventType.id, start }, key);

describe('an explanation for a page', () => {
  it('has the same reasons, and no ids and no times of other bookings', async () => {
    const held = await desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start: startAt(0, 9) });
    const booked = await desk.book(desk.request(startAt(0, 11)));
    expect([held.status, booked.status]).toEqual([201, 201]);
    for (const start of [startAt(0, 9), startAt(0, 11, 15), startAt(0, 20)]) {
      const [own, page] = [await askAt(start), await askAt(start, desk.company.publishableKey)];
      const codesOf = ({ body }: TestAnswer): string[] => body.reasons.map(({ code }: any) => code);
      expect([page.status, codesOf(page)]).toEqual([200, codesOf(own)]);
      expect(page.text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|Id"/);
      expect(page.text).not.toContain('"from"');
    }
    expect((await askAt(startAt(0, 9))).text).toContain(held.body.id);
    expect((await askAt(startAt(0, 11, 15))).text).toContain(booked.body.id);
  });

  it('does not say why the provider cannot be reached, only that it cannot', async () => {
    await desk.scenario('rate-limited', 'slots.list', { times: 100 });
    const page = await askAt(startAt(0, 9), desk.company.publishableKey);
    expect(page.body).toMatchObject({
      offered: false,
      reasons: [{ code: 'PROVIDER_UNREACHABLE', certainty: 'known' }],
    });
    expect(page.text).not.toContain('RATE_LIMITED');
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
  });

  it('is never kept by a browser', async () => {
    expect((await askAt(startAt(0, 9))).headers.get('cache-control')).toBe('no-store');
  });
});

describe('what the provider does not tell', () => {
  it('leaves a taken time unexplained when the hours of the host could not be read', async () => {
    await desk.scenario('error-before', 'schedules.list', { times: 100 });
    const { body } = await askAt(startAt(0, 20));
    expect(body).toMatchObject({
      offered: false,
      reasons: [{ code: 'PROVIDER_UNREACHABLE', evidence: { slotsSeen: true } }],
    });
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
  });

  it("is the hours of a team's hosts: one call, and the reason stays unknown", async () => {
    const { providerKey, secretKey } = desk.company;
    const username = `host-${providerKey.slice(4, 14)}`;
    const mate = {
      key: `cal_${randomUUID()}`,
      username: `mate-${randomUUID().slice(0, 8)}`,
      name: 'Ben',
      timeZone: 'Europe/Berlin',
    };
    await service.sandboxCall('POST', '/_sandbox/accounts', { ...mate, email: `${mate.username}@salon.example` });
    const slug = `salon-${randomUUID().slice(0, 8)}`;
    const team = await service.sandboxCall('POST', '/_sandbox/teams', {
      name: 'Salon',
      slug,
      members: [username, mate.username],
    });
    const made = await service.call('POST', '/api/event-types', {
      key: secretKey,
      body: {
        title: 'Any',
        slug: 'any',
        lengthMinutes: 30,
        teamId: String(team.body.id),
        schedulingType: 'round-robin',
      },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const { body } = await ask({ eventTypeId: made.body.id, start: startAt(0, 20) });
    expect(body).toMatchObject({
      offered: false,
      reasons: [{ code: 'BUSY_AT_PROVIDER', certainty: 'unknown', evidence: { scheduleSeen: false } }],
    });
    expect(await desk.calls('schedules.list')).toHaveLength(0);
  });
});

/** The next day on which clocks go forward in Berlin, always more than the notice ahead. */
function nextSpring(): DateTime {
  const year = DateTime.now().year + 1;
  const last = DateTime.fromObject({ year, month: 3, day: 31, hour: 12 }, { zone: 'Europe/Berlin' });
  return last.minus({ days: last.weekday % 7 });
}

describe('clock changes', () => {
  it('CLOCK_CHANGE: a local time that does not exist is named, with the time that its instant is', async () => {
    const date = nextSpring().toISODate()!;
    const { body } = await askAt(`${date}T02:30:00+01:00`);
    expect(body).toMatchObject({ start: `${date}T03:30:00+02:00`, offered: false });
    expect(body.reasons[0]).toEqual({
      code: 'CLOCK_CHANGE',
      certainty: 'known',
      evidence: { timeZone: 'Europe/Berlin', asked: `${date}T02:30`, meant: `${date}T03:30:00+02:00` },
    });
  });

  it('the same instant written in UTC misses nothing', async () => {
    const date = nextSpring().toISODate()!;
    const { body } = await askAt(`${date}T01:30:00Z`);
    expect(body.start).toBe(`${date}T03:30:00+02:00`);
    expect(body.reasons.map(({ code }: any) => code)).not.toContain('CLOCK_CHANGE');
  });
});

describe('bad input', () => {
  it.each([
    '2026-02-30T09:00:00Z',
    '2026-12-01T09:00:00',
    '2026-12-01T24:00:00Z',
    '2026-12-01',
    '1764579600000',
    '9999-01-01T00:00:00Z',
    '',
  ])('start %j is refused, and nobody is asked', async (start) => {
    const { status, body } = await askAt(start);
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(await desk.calls('slots.list')).toHaveLength(0);
  });

  it.each(['', 'true', '1e3', '0x10', '-1', "1' or '1'='1"])('event type %j is refused', async (eventTypeId) => {
    expect((await ask({ eventTypeId, start: startAt(0, 9) })).status).toBe(400);
  });

  it.each<Record<string, string>>([{ companyId: randomUUID() }, { timeZone: '../../etc/passwd' }])(
    '%j is no known property',
    async (more) => {
      const { status } = await ask({ eventTypeId: desk.eventType.id, start: startAt(0, 9), ...more });
      expect(status).toBe(400);
    },
  );

  it('without a key there is no answer, and a type of another company is like none at all', async () => {
    const other = await service.createCompany();
    expect((await askAt(startAt(0, 9), 'sk_none')).status).toBe(401);
    const foreign = await askAt(startAt(0, 9), other.secretKey);
    const none = await ask({ eventTypeId: randomUUID(), start: startAt(0, 9) }, other.secretKey);
    const withoutId = ({ body }: TestAnswer): object => ({ ...body.error, correlationId: '', timestamp: '' });
    expect([foreign.status, withoutId(foreign)]).toEqual([404, withoutId(none)]);
  });
});
