import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { BookingRequest, WebhookScope } from '../../../src/scheduling/words';
import { at, monday } from '../fidelity/days';
import { SandboxClient } from '../fidelity/sandbox-client';
import { startProviders } from '../provider-port/provider-app';
import { atOnce } from '../provider-port/at-once';

const ms = (day: string, time: string): number => Date.parse(at(day, time));

/** Calls every method of the provider port, so that each request our own client can make is made once. */
export async function driveClient(client: SandboxClient, moveClockTo: (iso: string) => void): Promise<void> {
  await client.fresh({ teams: true });
  const app = await startProviders();
  try {
    const provider = app.provider(client.url, client.owner.key);
    await provider.verify();
    await provider.me();
    await provider.schedules();
    await driveTeams(provider, client);
    const type = await driveEventTypes(provider);
    await driveReservations(provider, type);
    await driveBookings(provider, type);
    await driveWebhooks(provider, { level: 'account' });
    await driveWebhooks(provider, { level: 'event-type', eventTypeId: type });
    await driveDecisions(provider, moveClockTo);
  } finally {
    await app.close();
  }
}

async function driveTeams(provider: SchedulingProvider, client: SandboxClient): Promise<void> {
  const { username } = await provider.me();
  const made = { name: 'Gold team', slug: 'gold-team', members: [username] };
  const { id } = (await client.control('POST', '/_sandbox/teams', made)) as { id: number };
  await provider.teams();
  await provider.team(String(id));
  await provider.teamMembers(String(id));
  await provider.users();
  await driveTeamTypes(provider, String(id));
}

async function driveTeamTypes(provider: SchedulingProvider, teamId: string): Promise<void> {
  const hostIds = (await provider.teamMembers(teamId)).map((member) => member.id);
  const places = [{ type: 'address', value: 'Main St 1' }];
  const draft = { title: 'Team', slug: 'team', lengthMinutes: 30, locations: places };
  for (const schedulingType of ['round-robin', 'collective', 'managed'] as const) {
    const made = await atOnce(provider).createTeamEventType(teamId, { ...draft, schedulingType });
    await provider.teamEventTypes(teamId);
    await provider.teamEventType(teamId, made.providerId);
    const other = schedulingType === 'collective' ? 'round-robin' : 'collective';
    const change = { title: 'Changed', hostIds, requiresConfirmation: true };
    await atOnce(provider).updateTeamEventType(teamId, made.providerId, change);
    if (schedulingType !== 'managed')
      await atOnce(provider).updateTeamEventType(teamId, made.providerId, { schedulingType: other });
    await driveWebhooks(provider, { level: 'team-event-type', teamId, eventTypeId: made.providerId });
    await provider.listBookings({ teamIds: [teamId] });
    await atOnce(provider).deleteTeamEventType(teamId, made.providerId);
  }
}

async function driveReservations(provider: SchedulingProvider, eventTypeId: string): Promise<void> {
  const request = { eventTypeId, startMs: ms(monday(2), '08:00') };
  const { uid } = await atOnce(provider).reserve({ ...request, keptMinutes: 10 });
  await provider.reservation(uid);
  await atOnce(provider).endReservation(uid);
}

/** Every filter and every order. */
async function driveLists(provider: SchedulingProvider, eventTypeId: string, bookingUid: string): Promise<void> {
  const [fromMs, toMs] = [ms(monday(), '00:00'), ms(monday(1), '23:00')];
  await provider.listBookings({
    states: ['upcoming', 'cancelled'],
    attendeeEmail: 'ada@mail.example',
    attendeeName: 'ada',
    bookingUid,
    eventTypeIds: [eventTypeId],
    afterStartMs: fromMs,
    beforeEndMs: toMs,
    createdAfterMs: 0,
    createdBeforeMs: toMs,
    updatedAfterMs: 0,
    updatedBeforeMs: toMs,
  });
  for (const by of ['start', 'end', 'created', 'updated'] as const) {
    const { nextCursor } = await provider.listBookings({ sort: { by, order: 'descending' } }, { size: 1 });
    if (nextCursor) await provider.listBookings({ sort: { by, order: 'descending' } }, { size: 1, cursor: nextCursor });
  }
  await provider.bookingsChangedSince(fromMs);
}

async function driveEventTypes(provider: SchedulingProvider): Promise<string> {
  const draft = {
    title: 'Cut',
    slug: 'cut',
    description: 'With everything a draft can say',
    lengthMinutes: 30,
    slotIntervalMinutes: 5,
    minimumNoticeMinutes: 60,
    beforeBufferMinutes: 5,
    afterBufferMinutes: 10,
    hidden: true,
    requiresConfirmation: true,
    locations: [{ type: 'address' as const, value: 'Main St 1' }],
  };
  const full = await atOnce(provider).createEventType(draft);
  await atOnce(provider).updateEventType(full.providerId, {
    ...draft,
    title: 'Cut and wash',
    requiresConfirmation: false,
  });
  await provider.getEventType(full.providerId);
  await provider.listEventTypes();
  await atOnce(provider).deleteEventType(full.providerId);
  const { providerId } = await atOnce(provider).createEventType({ title: 'Plain', slug: 'plain', lengthMinutes: 30 });
  return providerId;
}

function request(eventTypeId: string, startMs: number, name: string): BookingRequest {
  const attendee = {
    name,
    email: `${name}@mail.example`,
    phoneNumber: '+4915112345678',
    timeZone: 'Europe/Lisbon',
    language: 'de',
  };
  return { eventTypeId, startMs, attendee, ref: `ref-${name}`, deploymentId: 'contract' };
}

async function driveBookings(provider: SchedulingProvider, eventTypeId: string): Promise<void> {
  const day = monday();
  const [fromMs, toMs] = [ms(day, '00:00'), ms(day, '23:00')];
  const slots = { eventTypeId, fromMs, toMs, lengthMinutes: 30, gridTimeZone: 'Europe/Berlin' };
  await provider.slots(slots);
  const booked = await atOnce(provider).book({
    ...request(eventTypeId, ms(day, '08:00'), 'ada'),
    guests: ['guest@mail.example'],
    notes: 'Please ring',
    metadata: { visit: '7' },
  });
  const search = { eventTypeId, attendeeEmail: 'ada@mail.example', afterStartMs: fromMs, beforeEndMs: toMs };
  await provider.findByRef('ref-ada', search);
  await provider.getBooking(booked.uid);
  await provider.slots({ ...slots, movingBookingUid: booked.uid });
  const moved = await atOnce(provider).reschedule({ uid: booked.uid, startMs: ms(day, '10:00'), reason: 'asked' });
  await driveLists(provider, eventTypeId, moved.uid);
  await atOnce(provider).cancel(moved.uid, 'asked');
}

async function driveDecisions(provider: SchedulingProvider, moveClockTo: (iso: string) => void): Promise<void> {
  const draft = { title: 'Asked', slug: 'asked', lengthMinutes: 30, requiresConfirmation: true };
  const { providerId } = await atOnce(provider).createEventType(draft);
  const day = monday(1);
  const first = await atOnce(provider).book(request(providerId, ms(day, '08:00'), 'bea'));
  const second = await atOnce(provider).book(request(providerId, ms(day, '10:00'), 'cem'));
  await atOnce(provider).confirm(first.uid);
  await atOnce(provider).decline(second.uid, 'no time');
  moveClockTo(at(day, '08:10'));
  const attendees = [{ email: 'bea@mail.example', absent: true }];
  await atOnce(provider).markAbsent({ uid: first.uid, hostAbsent: false, attendees });
}

async function driveWebhooks(provider: SchedulingProvider, scope: WebhookScope): Promise<void> {
  const wish = { url: 'https://hooks.example.com/calls', secret: 'a secret of nobody', triggers: ['BOOKING_CREATED'] };
  const { providerId } = await atOnce(provider).createWebhook(scope, wish);
  await provider.listWebhooks(scope);
  await provider.getWebhook(scope, providerId);
  await atOnce(provider).updateWebhook(scope, providerId, { ...wish, triggers: ['BOOKING_CANCELLED'] });
  await atOnce(provider).deleteWebhook(scope, providerId);
}
