import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

const BERLIN = 'Europe/Berlin';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTestService();
});
beforeEach(async () => {
  desk = await Desk.open(service, { minimumNoticeMinutes: 0 });
});
afterAll(() => service?.stop());

const pathOf = (start: string, eventTypeId = desk.eventType.id): string =>
  `/api/availability/explain?${new URLSearchParams({ eventTypeId, start })}`;

async function explain(start: string, eventTypeId?: string): Promise<any> {
  const { status, body, text } = await desk.call('GET', pathOf(start, eventTypeId));
  expect([status, text]).toEqual([200, expect.any(String)]);
  return body;
}

const calls = async (): Promise<number> =>
  (await desk.calls('slots.list')).length + (await desk.calls('schedules.list')).length;

/** At the provider itself, past us; answers with the provider's data. */
async function provider(method: string, path: string, version: string, body: object): Promise<any> {
  const answer = await fetch(`${service.sandbox.url}/v2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${desk.company.providerKey}`,
      'cal-api-version': version,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text).data;
}

const changeType = (body: object): Promise<any> =>
  provider('PATCH', `/event-types/${desk.eventType.providerId}`, '2024-06-14', body);

async function changeHours(body: object): Promise<void> {
  const { id } = await provider('POST', '/schedules', '2024-06-11', {
    name: 'Special',
    timeZone: BERLIN,
    isDefault: true,
    ...body,
  });
  expect(id).toEqual(expect.any(Number));
}

const atTheProvider = (start: string): Promise<any> =>
  provider('POST', '/bookings', '2024-08-13', {
    eventTypeId: Number(desk.eventType.providerId),
    start: new Date(start).toISOString(),
    attendee: { name: 'Eva Brandt', email: 'eva@customer.example', timeZone: BERLIN },
  });

describe('an offered start', () => {
  it('has no reasons, is written in the zone of the host, and takes one call', async () => {
    const start = startAt(0, 9);
    const asked = new Date(start).toISOString();
    expect(await explain(asked)).toEqual({ start, timeZone: BERLIN, offered: true, reasons: [] });
    expect(await calls()).toBe(1);
  });

  it('agrees with free times, start by start, over a whole day with a booking and a hold in it', async () => {
    expect((await desk.book(desk.request(startAt(0, 10)))).status).toBe(201);
    const held = await desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start: startAt(0, 13) });
    expect(held.status).toBe(201);
    const date = startAt(0, 9).slice(0, 10);
    const range = `eventTypeId=${desk.eventType.id}&start=${date}&end=${date}`;
    const { body } = await desk.call('GET', `/api/availability?${range}`);
    const free: string[] = body.days[date].map((slot: any) => slot.start);
    for (let hour = 8; hour < 18; hour++) {
      for (const minute of [0, 15, 30]) {
        const { offered, reasons } = await explain(startAt(0, hour, minute));
        expect([hour, minute, offered, reasons.length === 0]).toEqual([
          hour,
          minute,
          free.includes(startAt(0, hour, minute)),
          offered,
        ]);
      }
    }
  });
});

describe('a start that is not offered', () => {
  it('IN_THE_PAST: nobody is asked', async () => {
    const found = await explain('2024-12-02T09:00:00+01:00');
    expect(found).toMatchObject({ offered: false, reasons: [{ code: 'IN_THE_PAST', certainty: 'known' }] });
    expect(Date.parse(found.reasons[0].evidence.now)).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(await calls()).toBe(0);
  });

  it('OUTSIDE_SCHEDULE: with the hours of that day, and two calls at most', async () => {
    const { offered, reasons } = await explain(startAt(0, 20));
    expect([offered, reasons.length]).toEqual([false, 1]);
    expect(reasons[0]).toMatchObject({
      code: 'OUTSIDE_SCHEDULE',
      certainty: 'known',
      evidence: {
        timeZone: BERLIN,
        date: startAt(0, 20).slice(0, 10),
        hours: [{ start: '09:00', end: '17:00' }],
        scheduleId: expect.any(String),
      },
    });
    expect(await calls()).toBe(2);
  });

  it('OUTSIDE_SCHEDULE: also where only its end is outside, and on a day whose hours an override replaces', async () => {
    expect(await explain(startAt(0, 16, 45))).toMatchObject({ reasons: [{ code: 'OUTSIDE_SCHEDULE' }] });
    const date = startAt(0, 9).slice(0, 10);
    await changeHours({
      availability: [
        { days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'], startTime: '09:00', endTime: '17:00' },
      ],
      overrides: [{ date, startTime: '12:00', endTime: '14:00' }],
    });
    const { reasons } = await explain(startAt(0, 9));
    expect(reasons).toMatchObject([
      { code: 'OUTSIDE_SCHEDULE', evidence: { hours: [{ start: '12:00', end: '14:00' }] } },
    ]);
    expect((await explain(startAt(0, 12, 30))).offered).toBe(true);
  });

  it('NOTICE: with the minutes and the earliest start that they leave', async () => {
    const change = await desk.call('PATCH', `/api/event-types/${desk.eventType.id}`, { minimumNoticeMinutes: 43_200 });
    expect(change.status).toBe(200);
    const { reasons } = await explain(startAt(0, 9));
    expect(reasons).toMatchObject([
      {
        code: 'NOTICE',
        certainty: 'inferred',
        evidence: { minimumNoticeMinutes: 43_200, earliestStart: expect.any(String) },
      },
    ]);
    const inMinutes = (Date.parse(reasons[0].evidence.earliestStart) - Date.now()) / 60_000;
    expect(Math.abs(inMinutes - 43_200)).toBeLessThan(2);
  });

  it('OFF_GRID: with the offered starts before and after it', async () => {
    const { reasons } = await explain(startAt(0, 10, 10));
    expect(reasons).toEqual([
      {
        code: 'OFF_GRID',
        certainty: 'known',
        evidence: { intervalMinutes: 30, previousOffered: startAt(0, 10), nextOffered: startAt(0, 10, 30) },
      },
    ]);
  });

  it('CLAIMED: held, with the id of the hold and its end', async () => {
    const start = startAt(0, 9);
    const held = await desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start });
    expect(held.status).toBe(201);
    const { offered, reasons } = await explain(start);
    expect(offered).toBe(false);
    expect(reasons).toMatchObject([
      {
        code: 'CLAIMED',
        certainty: 'known',
        evidence: { by: 'hold', holdId: held.body.id, from: start, to: startAt(0, 9, 30) },
      },
    ]);
    expect(Date.parse(reasons[0].evidence.until)).toBe(Date.parse(held.body.expiresAt));
  });

  it('CLAIMED: being booked right now, with the id of the appointment, until it is booked', async () => {
    const start = startAt(0, 11);
    await desk.scenario('slow', 'bookings.create', { delayMs: 2_500 });
    const booking = desk.book(desk.request(start));
    let during: any;
    do during = await explain(start);
    while (during.offered);
    const booked = await booking;
    expect(booked.status).toBe(201);
    expect(during.reasons[0]).toMatchObject({
      code: 'CLAIMED',
      certainty: 'known',
      evidence: { by: 'booking', appointmentId: booked.body.id },
    });
  });

  it('BOOKED_THROUGH_US: with the appointment, also for a start that merely overlaps it, until it is cancelled', async () => {
    const start = startAt(0, 9);
    const { body: made } = await desk.book(desk.request(start));
    const reason = {
      code: 'BOOKED_THROUGH_US',
      certainty: 'known',
      evidence: { appointmentId: made.id, status: 'confirmed', from: start, to: startAt(0, 9, 30) },
    };
    expect((await explain(start)).reasons).toEqual([reason]);
    expect((await explain(startAt(0, 9, 15))).reasons).toEqual([reason]);
    expect((await desk.change(made.id, 'cancel')).status).toBe(200);
    expect((await explain(start)).offered).toBe(true);
  });

  it("BOOKED_THROUGH_US: through another of the host's event types, with both buffers", async () => {
    const other = await desk.call('POST', '/api/event-types', {
      title: 'Colour',
      slug: `colour-${randomUUID().slice(0, 8)}`,
      lengthMinutes: 60,
      minimumNoticeMinutes: 0,
      beforeBufferMinutes: 30,
    });
    const { body: made } = await desk.book(desk.request(startAt(0, 12), { eventTypeId: other.body.id }));
    expect((await explain(startAt(0, 11, 30))).reasons).toMatchObject([
      { code: 'BOOKED_THROUGH_US', evidence: { appointmentId: made.id } },
    ]);
    expect((await explain(startAt(0, 11))).offered).toBe(true);
  });

  it('BUSY_AT_PROVIDER: booked there and not known here is inferred; known here it names the appointment', async () => {
    const start = startAt(0, 14);
    const { uid } = await atTheProvider(start);
    expect(await explain(start)).toMatchObject({
      offered: false,
      reasons: [{ code: 'BUSY_AT_PROVIDER', certainty: 'inferred', evidence: { scheduleSeen: true } }],
    });
    const appointmentId = randomUUID();
    await service.app.get(DataSource).query(
      `insert into appointments (id, company_id, connection_id, event_type_id, status, starts_at, ends_at,
         calcom_v2_booking_uid, ref, origin, attendee_name, attendee_time_zone)
       values ($1, $2, $3, $4, 'confirmed', $5, $6, $7, $8, 'provider', 'Eva Brandt', 'Europe/Berlin')`,
      [
        appointmentId,
        desk.company.companyId,
        desk.company.connectionId,
        desk.eventType.id,
        start,
        startAt(0, 14, 30),
        uid,
        randomUUID(),
      ],
    );
    expect((await explain(start)).reasons).toMatchObject([
      { code: 'BUSY_AT_PROVIDER', certainty: 'known', evidence: { appointmentId } },
    ]);
  });

  it('TYPE_LIMIT: every seat known to be taken; a start with a free seat is offered', async () => {
    await changeType({ seats: { seatsPerTimeSlot: 2, showAttendeeInfo: false, showAvailabilityCount: true } });
    expect((await desk.call('POST', '/api/event-types/sync')).status).toBe(200);
    const start = startAt(0, 9);
    expect((await desk.book(desk.request(start))).status).toBe(201);
    expect((await explain(start)).offered).toBe(true);
    const second = { attendee: { name: 'Eva Brandt', email: 'eva@customer.example', timeZone: BERLIN } };
    expect((await desk.book(desk.request(start, second))).status).toBe(201);
    expect(await explain(start)).toMatchObject({
      offered: false,
      reasons: [{ code: 'TYPE_LIMIT', certainty: 'known', evidence: { seatsPerSlot: 2, taken: 2 } }],
    });
  });

  it('TYPE_LIMIT: of a day that has bookings and no free start nobody can tell whether a limit or the host closed it', async () => {
    await changeType({ bookingLimitsCount: { day: 1 } });
    expect((await desk.book(desk.request(startAt(0, 9)))).status).toBe(201);
    const { reasons } = await explain(startAt(0, 15));
    expect(reasons).toEqual([
      {
        code: 'TYPE_LIMIT',
        certainty: 'unknown',
        evidence: { date: startAt(0, 15).slice(0, 10), bookedThatDay: 1, offeredThatDay: 0 },
      },
      { code: 'BUSY_AT_PROVIDER', certainty: 'unknown', evidence: { scheduleSeen: true } },
    ]);
    expect((await explain(startAt(1, 15))).offered).toBe(true);
  });

  it('BOOKING_WINDOW: nothing on that day and for four weeks behind it, though the host works', async () => {
    await changeType({ bookingWindow: { type: 'calendarDays', value: 10, rolling: false } });
    const inside = DateTime.now().setZone(BERLIN).plus({ days: 10 }).startOf('day').toMillis();
    const { reasons } = await explain(startAt(9, 9));
    expect(reasons).toMatchObject([
      { code: 'BOOKING_WINDOW', certainty: 'inferred', evidence: { nothingFrom: startAt(9, 9).slice(0, 10) } },
    ]);
    expect(reasons[0].evidence.workingDays).toBeGreaterThanOrEqual(20);
    expect(Date.parse(reasons[0].evidence.nothingFrom)).toBeGreaterThan(inside);
    expect((await explain(startAt(0, 9))).offered).toBe(true);
  });

  it('MANAGED_PARENT: nobody is asked', async () => {
    await service.app
      .get(DataSource)
      .query(`update event_types set definition = definition || '{"schedulingType": "managed"}' where id = $1`, [
        desk.eventType.id,
      ]);
    expect(await explain(startAt(0, 9))).toMatchObject({
      offered: false,
      reasons: [{ code: 'MANAGED_PARENT', certainty: 'known' }],
    });
    expect(await calls()).toBe(0);
  });

  it('PROVIDER_UNREACHABLE: with what is known here nevertheless', async () => {
    const start = startAt(0, 9);
    const { body: made } = await desk.book(desk.request(start));
    await desk.scenario('error-before', 'slots.list', { times: 100 });
    const { offered, reasons } = await explain(start);
    expect(offered).toBe(false);
    expect(reasons).toMatchObject([
      { code: 'BOOKED_THROUGH_US', certainty: 'known', evidence: { appointmentId: made.id } },
      { code: 'PROVIDER_UNREACHABLE', certainty: 'known', evidence: { slotsSeen: false, error: 'UNAVAILABLE' } },
    ]);
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
  });
});
