import { at, changeDay, monday, plusDays } from './days';
import { Replay } from './replay';
import { slotFacts, timesOf } from './slot-facts';

/** Groups of the recording in which little is booked. Each assumes a fresh sandbox and leaves it dirty. */
export const UNKNOWN_ID = 999_999_999;
export const UNKNOWN_UID = 'unknownUidOfNobody1';
export const UNKNOWN_UUID = '00000000-0000-4000-8000-000000000000';

export async function version(replay: Replay): Promise<void> {
  const { client } = replay;
  const type = await client.eventType('gp-version');
  const day = { path: [type, monday(), monday()] };
  await replay.run('version.slots-right', day, (answer) => ({ slots: slotFacts(answer, monday()) }));
  await replay.run('version.slots-wrong-known', day);
  await replay.run('version.slots-missing', day);
  for (const name of ['right', 'wrong-known', 'unknown', 'missing']) {
    await replay.run(`version.event-type-${name}`, { path: [type] });
  }
  const hours = await client.ok({ method: 'GET', path: '/v2/schedules/default', version: '2024-06-11' });
  const rename = { method: 'PATCH', path: `/v2/schedules/${hours.id}`, version: '2024-06-11' };
  await client.ok({ ...rename, body: { name: 'Gold hours' } });
  await replay.run('version.schedules-missing');
  const { uid } = await client.book(type, at(monday(1), '08:00'), 'version');
  for (const name of [
    'booking-older-0614',
    'booking-missing',
    'booking-hosted-only-2026-02-25',
    'cancel-wrong-known',
  ]) {
    await replay.run(`version.${name}`, { path: [uid] });
  }
  await replay.run('version.webhooks-known');
}

export async function me(replay: Replay): Promise<void> {
  await replay.run('me.get');
  await replay.run('me.patch-bad-time-format');
}

export async function eventTypes(replay: Replay): Promise<void> {
  const { client } = replay;
  await client.eventType('gp-full', { hidden: true });
  const created = await replay.run('event-types.create-minimal');
  const type = created.body?.data?.id as number;
  await replay.run('event-types.create-duplicate-slug');
  await replay.run('event-types.create-length-zero');
  await replay.run('event-types.create-old-style-location');
  const window = { type: 'range', value: [monday(), plusDays(monday(), 11)] };
  for (const [name, body] of [
    ['seats', {}],
    ['window-range', { bookingWindow: window }],
  ] as const) {
    const answer = await replay.run(`event-types.create-${name}`, { body });
    const path = `/v2/event-types/${answer.body?.data?.id}`;
    await client.ok({ method: 'DELETE', path, version: '2024-06-14' });
  }
  await replay.run('event-types.list-by-username', {}, (answer) => ({
    hiddenShown: (answer.body.data as { hidden: boolean }[]).some(({ hidden }) => hidden),
  }));
  await replay.run('event-types.list-by-username-and-slug', {}, (answer) => ({ n: answer.body.data.length }));
  await replay.run('event-types.list-slug-without-username', {}, (answer) => ({
    slugFilterApplied: (answer.body.data as { slug: string }[]).every(({ slug }) => slug === 'gp-min'),
  }));
  await replay.run('event-types.get', { path: [type] });
  await replay.run('event-types.get-foreign', { path: [type] });
  await replay.run('event-types.patch-slug-taken', { path: [type] });
  await replay.run('event-types.delete-foreign', { path: [type] });
  const rename = { method: 'PATCH', path: `/v2/event-types/${type}`, version: '2024-06-14' };
  await client.ok({ ...rename, body: { title: 'Gold min 2' } });
  await replay.run('event-types.delete', { path: [type] });
}

export async function schedules(replay: Replay): Promise<void> {
  const override = { date: monday(), startTime: '13:00', endTime: '14:00' };
  const created = await replay.run('schedules.create', { body: { overrides: [override] } });
  const path = [created.body?.data?.id as number];
  await replay.run('schedules.create-bad-zone');
  await replay.run('schedules.create-missing-default');
  await replay.run('schedules.get', { path });
  await replay.run('schedules.get-no-auth', { path });
  const other = { date: monday(1), startTime: '08:00', endTime: '09:00' };
  await replay.run('schedules.patch', { path, body: { overrides: [other] } });
  await replay.run('schedules.delete', { path });
  await replay.run('schedules.delete-again', { path });
}

export async function slots(replay: Replay): Promise<void> {
  const type = await replay.client.eventType('gp-slots');
  const day = monday();
  const facts = (answer: Parameters<typeof slotFacts>[0]): Record<string, unknown> => ({
    slots: slotFacts(answer, day),
  });
  await replay.run('slots.time-berlin', { path: [type, day, plusDays(day, 1)] }, facts);
  const oneDay = { path: [type, day, day] };
  for (const name of ['range-berlin', 'no-zone', 'lower-case-zone', 'duration-same-on-fixed']) {
    await replay.run(`slots.${name}`, oneDay, facts);
  }
  await replay.run('slots.inverted', { path: [type, plusDays(day, 2), day] }, facts);
  await replay.run('slots.unknown-type', { path: [UNKNOWN_ID, day, day] });
  await replay.run('slots.type-not-a-number', { path: [day, day] });
  await replay.run('slots.no-selector', { path: [day, day] });
  await replay.run('slots.bad-zone', oneDay);
  await replay.run('slots.old-style-parameters', oneDay);
  await replay.run('slots.by-slug', { path: [day, day] }, facts);
  await replay.run('slots.by-unknown-slug', { path: [day, day] });
  await replay.run('slots.by-unknown-user', { path: [day, day] });
  const year = { path: [type, day, plusDays(day, 365)] };
  await replay.run('slots.one-year', year, (answer) => ({
    days: Object.keys(answer.body.data as object).length > 200,
  }));
  await slotsWhenClocksChange(replay);
  await slotsOfSpecialTypes(replay);
}

async function slotsWhenClocksChange(replay: Replay): Promise<void> {
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
  const body = {
    name: 'Gold nights',
    timeZone: 'Europe/Berlin',
    isDefault: false,
    availability: [{ days, startTime: '00:00', endTime: '06:00' }],
  };
  const nights = await replay.client.ok({ method: 'POST', path: '/v2/schedules', version: '2024-06-11', body });
  const type = await replay.client.eventType('gp-nights', { scheduleId: nights.id });
  for (const [name, day] of [
    ['dst-spring-berlin', changeDay(2)],
    ['dst-autumn-berlin', changeDay(9)],
  ] as const) {
    await replay.run(`slots.${name}`, { path: [type, plusDays(day, -1), plusDays(day, 1)] }, (answer) => ({
      changeDay: timesOf(answer, day),
      slots: slotFacts(answer, day),
    }));
  }
}

async function slotsOfSpecialTypes(replay: Replay): Promise<void> {
  const { client } = replay;
  const day = monday();
  const facts = (answer: Parameters<typeof slotFacts>[0]): Record<string, unknown> => ({
    slots: slotFacts(answer, day),
  });
  const dense = await client.eventType('gp-dense', { slotInterval: 5 });
  await replay.run('slots.slot-interval-5', { path: [dense, at(day, '08:00'), at(day, '10:00')] }, facts);
  const bookingWindow = { type: 'range', value: [monday(2), plusDays(monday(2), 1)] };
  const windowed = await client.eventType('gp-window', { bookingWindow });
  await replay.run('slots.outside-window', { path: [windowed, day, day] }, facts);
  const seats = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
  const seated = await client.eventType('gp-seated', { seats });
  await client.book(seated, at(day, '08:00'), 'slots-seat');
  await replay.run('slots.seated-after-one', { path: [seated, at(day, '08:00'), at(day, '09:00')] }, facts);
  const limited = await client.eventType('gp-limited', { bookingLimitsCount: { day: 1 } });
  const limitedDay = monday(1);
  await client.book(limited, at(limitedDay, '08:00'), 'slots-limit');
  const limitedPath = { path: [limited, limitedDay, plusDays(limitedDay, 1)] };
  await replay.run('slots.day-limit-reached', limitedPath, (answer) => ({ slots: slotFacts(answer, limitedDay) }));
}

export async function reservations(replay: Replay): Promise<void> {
  const eventTypeId = await replay.client.eventType('gp-res');
  const start = (time: string): { body: Record<string, unknown> } => ({
    body: { eventTypeId, slotStart: at(monday(), time) },
  });
  const minutes = (answer: { body: any }): Record<string, unknown> => ({
    minutes: Math.round((Date.parse(answer.body.data.reservationUntil as string) - Date.now()) / 60_000),
  });
  await replay.run('reservations.create', start('08:00'), minutes);
  await replay.run('reservations.create-no-auth', start('09:00'), minutes);
  await replay.run('reservations.create-duration-foreign', start('10:00'));
  await replay.run('reservations.create-duration-zero', start('10:00'));
  await replay.run('reservations.create-taken', start('08:00'));
  await replay.run('reservations.create-overlapping', start('08:15'));
  await replay.run('reservations.get-unknown', { path: [UNKNOWN_UUID] });
  const booking = { body: { eventTypeId, start: at(monday(), '08:00') } };
  await replay.run('reservations.book-reserved-slot', booking, (answer) => ({
    bookedAlthoughReserved: answer.status === 201,
  }));
  await replay.run('reservations.create-on-booked', start('08:00'));
  await replay.run('reservations.create-bad-body');
  await replay.run('reservations.create-slot-duration-fixed', start('12:00'));
  await replay.run('reservations.create-outside-hours', start('03:00'));
}
