import { at, monday } from '../fidelity/days';
import { SandboxClient } from '../fidelity/sandbox-client';

const EVENT_TYPES = '2024-06-14';
const SCHEDULES = '2024-06-11';
const SLOTS = '2024-09-04';
const BOOKINGS = '2024-08-13';

type Call = (method: string, path: string, body?: unknown, version?: string) => Promise<any>;

/**
 * Calls every operation of the sandbox at least once so that it succeeds. Throws at the first refusal. `moveClockTo`
 * sets the sandbox's clock to an instant, because some operations are for bookings that have begun.
 */
export async function driveSandbox(client: SandboxClient, moveClockTo: (iso: string) => void): Promise<void> {
  await client.fresh({ teams: true });
  const call: Call = (method, path, body, version) => client.ok({ method, path, body, version });
  await driveAccount(call);
  await driveSchedules(call);
  await driveEventTypes(call);
  await driveSlots(client, call);
  await driveBookings(client, call);
  await driveSpecialBookings(client, call);
  await driveWebhooks(client, call);
  await driveTeams(client, call);
  await driveAbsence(client, moveClockTo);
}

async function driveAccount(call: Call): Promise<void> {
  await call('GET', '/v2/me');
  await call('PATCH', '/v2/me', { timeFormat: 24, weekStart: 'Monday' });
}

async function driveSchedules(call: Call): Promise<void> {
  const hours = { days: ['Monday', 'Friday'], startTime: '10:00', endTime: '12:00' };
  const override = { date: monday(), startTime: '13:00', endTime: '14:00' };
  const body = {
    name: 'Extra',
    timeZone: 'Europe/Berlin',
    isDefault: false,
    availability: [hours],
    overrides: [override],
  };
  const { id } = await call('POST', '/v2/schedules', body, SCHEDULES);
  await call('GET', '/v2/schedules', undefined, SCHEDULES);
  await call('GET', '/v2/schedules/default', undefined, SCHEDULES);
  await call('GET', `/v2/schedules/${id}`, undefined, SCHEDULES);
  await call('PATCH', `/v2/schedules/${id}`, { name: 'Changed' }, SCHEDULES);
  await call('DELETE', `/v2/schedules/${id}`, undefined, SCHEDULES);
}

async function driveEventTypes(call: Call): Promise<void> {
  const body = {
    title: 'Full',
    slug: 'full',
    lengthInMinutes: 30,
    description: 'All that may be set',
    locations: [{ type: 'address', address: 'Main St 1', public: true }],
    slotInterval: 5,
    minimumBookingNotice: 60,
    beforeEventBuffer: 5,
    afterEventBuffer: 10,
    bookingLimitsCount: { day: 4 },
    bookingWindow: { type: 'calendarDays', value: 300, rolling: true },
    disableGuests: true,
    hidden: true,
  };
  const { id } = await call('POST', '/v2/event-types', body, EVENT_TYPES);
  await call('GET', '/v2/event-types', undefined, EVENT_TYPES);
  await call('GET', `/v2/event-types/${id}`, undefined, EVENT_TYPES);
  await call('PATCH', `/v2/event-types/${id}`, { title: 'Changed', hidden: false }, EVENT_TYPES);
  await call('GET', '/v2/event-types?username=gold-owner&eventSlug=full', undefined, EVENT_TYPES);
  await call('DELETE', `/v2/event-types/${id}`, undefined, EVENT_TYPES);
}

async function driveSlots(client: SandboxClient, call: Call): Promise<void> {
  const eventTypeId = await client.eventType('slots');
  const query = `eventTypeId=${eventTypeId}&start=${monday()}&end=${monday()}`;
  await call('GET', `/v2/slots?${query}`, undefined, SLOTS);
  await call('GET', `/v2/slots?${query}&timeZone=Europe/Berlin&format=range`, undefined, SLOTS);
  const hold = { eventTypeId, slotStart: at(monday(), '08:00'), reservationDuration: 10 };
  const { reservationUid } = await call('POST', '/v2/slots/reservations', hold, SLOTS);
  const path = `/v2/slots/reservations/${reservationUid}`;
  await call('GET', path, undefined, SLOTS);
  await call('PATCH', path, { ...hold, slotStart: at(monday(), '09:00') }, SLOTS);
  await call('DELETE', path, undefined, SLOTS);
}

async function driveBookings(client: SandboxClient, call: Call): Promise<void> {
  const type = await client.eventType('plain');
  const booked = await client.book(type, at(monday(), '10:00'), 'plain', {
    metadata: { ref: 'r1' },
    guests: ['guest@gold.example'],
    location: { type: 'address' },
    bookingFieldsResponses: { notes: 'Please ring' },
  });
  await call('GET', `/v2/bookings/${booked.uid}`, undefined, BOOKINGS);
  const query = `eventTypeId=${type}&attendeeEmail=plain@gold.example&status=upcoming&sortStart=asc&take=10&skip=0`;
  await call('GET', `/v2/bookings?${query}`, undefined, BOOKINGS);
  const moved = await client.change(booked.uid as string, 'reschedule', {
    start: at(monday(), '11:00'),
    reschedulingReason: 'asked',
    rescheduledBy: 'plain@gold.example',
  });
  await client.change(moved.uid as string, 'cancel', { cancellationReason: 'asked' });
}

async function driveSpecialBookings(client: SandboxClient, call: Call): Promise<void> {
  const confirmationPolicy = { type: 'always', blockUnconfirmedBookingsInBooker: false };
  const pending = await client.eventType('pending', { confirmationPolicy });
  const first = await client.book(pending, at(monday(1), '08:00'), 'p1');
  await client.change(first.uid as string, 'confirm');
  const second = await client.book(pending, at(monday(1), '09:00'), 'p2');
  await client.change(second.uid as string, 'decline', { reason: 'no time' });
  const seats = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
  const seated = await client.eventType('seated', { seats });
  const seat = await client.book(seated, at(monday(1), '10:00'), 's1');
  await call('GET', `/v2/bookings/by-seat/${seat.seatUid}`, undefined, BOOKINGS);
  await call('GET', `/v2/slots?eventTypeId=${seated}&start=${monday(1)}&end=${monday(1)}`, undefined, SLOTS);
  const recurrence = { interval: 1, occurrences: 2, frequency: 'weekly' };
  await client.book(await client.eventType('weekly', { recurrence }), at(monday(1), '12:00'), 'r1');
  const variable = await client.eventType('variable', { lengthInMinutesOptions: [15, 30, 60] });
  await client.book(variable, at(monday(1), '14:00'), 'v1', { lengthInMinutes: 60 });
}

async function driveWebhooks(client: SandboxClient, call: Call): Promise<void> {
  const body = {
    active: true,
    subscriberUrl: 'http://127.0.0.1:9/unreachable',
    triggers: ['BOOKING_CREATED'],
    secret: 'a secret of nobody',
  };
  const type = await client.eventType('heard');
  for (const base of ['/v2/webhooks', `/v2/event-types/${type}/webhooks`]) {
    const { id } = await call('POST', base, body);
    await call('GET', `${base}?take=10&skip=0`);
    await call('GET', `${base}/${id}`);
    await call('PATCH', `${base}/${id}`, { triggers: ['BOOKING_CREATED', 'BOOKING_CANCELLED'] });
    await call('DELETE', `${base}/${id}`);
  }
  await call('DELETE', `/v2/event-types/${type}/webhooks`);
}

async function driveAbsence(client: SandboxClient, moveClockTo: (iso: string) => void): Promise<void> {
  const start = at(monday(3), '08:00');
  const { uid } = await client.book(await client.eventType('missed'), start, 'missed');
  moveClockTo(at(monday(3), '08:10'));
  await client.change(uid as string, 'mark-absent', { attendees: [{ email: 'missed@gold.example', absent: true }] });
}

async function driveTeams(client: SandboxClient, call: Call): Promise<void> {
  const { id } = await call('POST', '/v2/teams', { name: 'Gold team', slug: 'gold-team' });
  const me = await call('GET', '/v2/me');
  const other = await client.ok({ method: 'GET', path: '/v2/me', account: client.other.key });
  await call('POST', `/v2/teams/${id}/memberships`, { userId: other.id, accepted: true, role: 'MEMBER' });
  await call('GET', '/v2/teams');
  await call('GET', `/v2/teams/${id}`);
  await call('GET', `/v2/teams/${id}/memberships`);
  const hosts = [{ userId: me.id }, { userId: other.id }];
  const body = { title: 'Team', slug: 'team', lengthInMinutes: 30, schedulingType: 'collective', hosts };
  const created = await call('POST', `/v2/teams/${id}/event-types`, body);
  await call('GET', `/v2/teams/${id}/event-types`);
  await call('GET', `/v2/teams/${id}/event-types/${created.id}`);
  await client.book(created.id as number, at(monday(2), '15:00'), 't1');
  const type = `/v2/teams/${id}/event-types/${created.id}`;
  await call('PATCH', type, { title: 'Changed' });
  const webhook = { active: true, subscriberUrl: 'http://127.0.0.1:9/team', triggers: ['BOOKING_CREATED'] };
  const subscribed = await call('POST', `${type}/webhooks`, webhook);
  await call('GET', `${type}/webhooks`);
  await call('GET', `${type}/webhooks/${subscribed.id}`);
  await call('PATCH', `${type}/webhooks/${subscribed.id}`, { active: false });
  await call('DELETE', `${type}/webhooks/${subscribed.id}`);
  await call('DELETE', `${type}/webhooks`);
  await call('DELETE', type);
  await call('DELETE', `/v2/teams/${id}`);
}
