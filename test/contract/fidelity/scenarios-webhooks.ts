import { at, monday } from './days';
import { Replay } from './replay';
import { Answer } from './sandbox-client';
import { describeDelivery, WebhookReceiver } from './webhook-receiver';

const SECRET = 'golden-secret-1';
const TRIGGERS = [
  'BOOKING_CREATED',
  'BOOKING_REQUESTED',
  'BOOKING_RESCHEDULED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
];

export async function webhooks(replay: Replay): Promise<void> {
  const created = await replay.run('webhooks.create');
  for (const name of [
    'create-no-secret',
    'create-all-wanted-triggers',
    'create-wrong-trigger',
    'create-duplicate-url',
    'create-missing-active',
    'create-bad-url',
    'create-old-style',
    'create-unknown-property',
    'create-no-auth',
    'list-take-251',
  ]) {
    await replay.run(`webhooks.${name}`);
  }
  const path = [created.body?.data?.id as string];
  await replay.run('webhooks.get', { path });
  await replay.run('webhooks.get-foreign', { path });
  await replay.client.ok({ method: 'DELETE', path: `/v2/webhooks/${path[0]}` });
  await replay.run('webhooks.delete-again', { path });
}

/** One group, told in the order of the recording; the subscriber `main` hears of everything. */
export async function delivery(replay: Replay, receiver: WebhookReceiver): Promise<void> {
  await subscribe(replay, 'main', SECRET);
  await accepted(replay, receiver);
  await requestedAndSeats(replay, receiver);
}

function subscribe({ client, hookUrl }: Replay, name: string, secret?: string): Promise<{ id: string }> {
  const body = { active: true, subscriberUrl: `${hookUrl}/${name}`, triggers: TRIGGERS, ...(secret ? { secret } : {}) };
  return client.ok({ method: 'POST', path: '/v2/webhooks', body });
}

const heard = (receiver: WebhookReceiver, name = 'main'): any[] =>
  receiver.take(name).map((delivery) => describeDelivery(delivery, SECRET));

function bookingBody(eventTypeId: number, start: string, name: string): Record<string, any> {
  const attendee = { name: `Gold ${name}`, email: `${name}@gold.example`, timeZone: 'Europe/Berlin' };
  return { eventTypeId, start, attendee };
}

function post(replay: Replay, path: string, body: unknown, account: string | undefined): Promise<Answer> {
  return replay.client.send({ method: 'POST', path, version: '2024-08-13', account, body });
}

async function accepted(replay: Replay, receiver: WebhookReceiver): Promise<void> {
  const { client } = replay;
  const { key } = client.owner;
  const type = await client.eventType('gp-dl');
  const first = bookingBody(type, at(monday(), '08:00'), 'dl-1');
  Object.assign(first.attendee, { language: 'de', phoneNumber: '+4915112345678' });
  const created = await post(
    replay,
    '/v2/bookings',
    {
      ...first,
      guests: ['guest1@gold.example'],
      metadata: { operationId: 'op-9' },
      bookingFieldsResponses: { notes: 'Please ring' },
    },
    key,
  );
  const booking = created.body.data;
  let main = heard(receiver);
  replay.note(
    'delivery.created',
    {
      main,
      bookingIdEqualsAnswer: main[0]?.body.payload.bookingId === booking.id,
      uidEqualsAnswer: main[0]?.body.payload.uid === booking.uid,
    },
    created.status,
  );
  const change = { start: at(monday(), '10:00'), rescheduledBy: 'dl-1@gold.example' };
  const moved = await post(replay, `/v2/bookings/${booking.uid}/reschedule`, change, key);
  main = heard(receiver);
  replay.note(
    'delivery.rescheduled',
    {
      main,
      n: main.length,
      rescheduleUidIsOld: main[0]?.body.payload.rescheduleUid === booking.uid,
      uidIsNew: main[0]?.body.payload.uid === moved.body.data.uid,
    },
    moved.status,
  );
  const { uid } = moved.body.data;
  const reason = { cancellationReason: 'composite compensation' };
  const cancelled = await post(replay, `/v2/bookings/${uid}/cancel`, reason, key);
  main = heard(receiver);
  replay.note(
    'delivery.cancelled',
    {
      main,
      n: main.length,
      metadataPresent: 'metadata' in (main[0]?.body.payload ?? {}),
      uidIsCancelled: main[0]?.body.payload.uid === uid,
    },
    cancelled.status,
  );
  await refusedAndUnsigned(replay, receiver, type);
}

async function refusedAndUnsigned(replay: Replay, receiver: WebhookReceiver, type: number): Promise<void> {
  const { key } = replay.client.owner;
  const refused = await post(replay, '/v2/bookings', bookingBody(type, at(monday(), '03:00'), 'dl-no'), key);
  replay.note('delivery.refused-booking-sends-nothing', { main: heard(receiver) }, refused.status);
  const noKey = await post(replay, '/v2/bookings', bookingBody(type, at(monday(), '12:00'), 'dl-na'), undefined);
  const main = heard(receiver);
  replay.note('delivery.booked-without-key', { main, n: main.length }, noKey.status);
  await subscribe(replay, 'nosecret');
  const unsigned = await post(replay, '/v2/bookings', bookingBody(type, at(monday(), '13:00'), 'dl-ns'), key);
  replay.note('delivery.no-secret', { nosecret: heard(receiver, 'nosecret') }, unsigned.status);
  receiver.take('main');
}

async function requestedAndSeats(replay: Replay, receiver: WebhookReceiver): Promise<void> {
  const { client } = replay;
  const { key } = client.owner;
  const confirmationPolicy = { type: 'always', blockUnconfirmedBookingsInBooker: false };
  const pending = await client.eventType('gp-dl-pend', { confirmationPolicy });
  const request = { ...bookingBody(pending, at(monday(1), '08:00'), 'dl-p1'), metadata: { operationId: 'op-p' } };
  const requested = await post(replay, '/v2/bookings', request, key);
  replay.note('delivery.requested', { main: heard(receiver) }, requested.status);
  const rules = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
  const seated = await client.eventType('gp-dl-seat', { seats: rules });
  const first = await client.book(seated, at(monday(1), '10:00'), 'dl-s1');
  receiver.take('main');
  const second = await post(replay, '/v2/bookings', bookingBody(seated, at(monday(1), '10:00'), 'dl-s2'), key);
  const main = heard(receiver);
  replay.note(
    'delivery.seat-2',
    {
      main,
      attendees: main[0]?.body.payload.attendees.length,
      sameUid: second.body.data.uid === first.uid,
    },
    second.status,
  );
  // Which of 200 and 404 this answers was not stable on the recorded server either; both count as the same.
  const seat = { seatUid: second.body.data.seatUid, cancellationReason: 'x' };
  const cancelled = await post(replay, `/v2/bookings/${first.uid}/cancel`, seat, key);
  replay.note('delivery.seat-cancel-one', {}, cancelled.status);
}
