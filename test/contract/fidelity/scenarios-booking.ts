import { at, monday, plusDays } from './days';
import { Replay } from './replay';
import { Answer } from './sandbox-client';
import { UNKNOWN_ID, UNKNOWN_UID, UNKNOWN_UUID } from './scenarios-reading';

const day = monday();
const uidOf = (answer: Answer): string => String(answer.body?.data?.uid);

export async function bookingsCreate(replay: Replay): Promise<void> {
  const { client } = replay;
  const eventTypeId = await client.eventType('gp-bc');
  const start = (time: string, date = day): { body: Record<string, unknown> } => ({
    body: { eventTypeId, start: at(date, time) },
  });
  await replay.run('bookings-create.minimal', start('08:00'), ({ body }) => ({
    minutes: (Date.parse(body.data.end as string) - Date.parse(body.data.start as string)) / 60_000,
    startEchoed: Date.parse(body.data.start as string) === Date.parse(at(day, '08:00')),
  }));
  await replay.run('bookings-create.full', start('09:00'));
  await replay.run('bookings-create.taken', start('08:00'));
  await replay.run('bookings-create.overlapping-15-minutes', start('08:15'));
  await replay.run('bookings-create.off-grid', start('10:07'), ({ body }) => ({
    start: `${(body.data.start as string).slice(11, 16)}Z`,
  }));
  await replay.run('bookings-create.start-date-only', { body: { eventTypeId, start: day } });
  await replay.run('bookings-create.outside-hours', start('03:00'));
  await replay.run('bookings-create.weekend', start('09:00', plusDays(day, 5)));
  await replay.run('bookings-create.runs-over-the-end-of-hours', start('15:45'));
  await replay.run('bookings-create.unknown-type', { body: { eventTypeId: UNKNOWN_ID, start: at(day, '11:00') } });
  for (const name of ['bad-language', 'phone-only', 'unknown-property', 'metadata-number', 'metadata-51-keys']) {
    await replay.run(`bookings-create.${name}`, start('11:00'));
  }
  const withEnd = {
    body: { ...start('11:00').body, end: at(day, '11:30') },
    order: ['end', 'timeZone', 'language', 'responses'],
  };
  await replay.run('bookings-create.forbidden-properties', withEnd);
  for (const name of ['metadata-value-501', 'metadata-value-500']) {
    await replay.run(`bookings-create.${name}`, start('11:00'));
  }
  for (const name of ['length-on-fixed', 'length-same-on-fixed', 'instant-false', 'other-account']) {
    await replay.run(`bookings-create.${name}`, start('12:00'));
  }
  await replay.run('bookings-create.array-body');
  await bookingsOfGuardedTypes(replay);
}

async function bookingsOfGuardedTypes(replay: Replay): Promise<void> {
  const { client } = replay;
  const buffered = await client.eventType('gp-bc-buf', { beforeEventBuffer: 15, afterEventBuffer: 15 });
  await client.book(buffered, at(monday(1), '08:00'), 'bc-first');
  await replay.run('bookings-create.inside-own-buffer', {
    body: { eventTypeId: buffered, start: at(monday(1), '08:30') },
  });
  const hidden = await client.eventType('gp-bc-hid', { hidden: true });
  await replay.run('bookings-create.hidden-type', { body: { eventTypeId: hidden, start: at(monday(1), '10:00') } });
  const guarded = await client.eventType('gp-bc-ba', { bookingRequiresAuthentication: true });
  await replay.run('bookings-create.requires-authentication-other', {
    body: { eventTypeId: guarded, start: at(monday(1), '12:00') },
  });
}

export async function bookingsSpecial(replay: Replay): Promise<void> {
  const { client } = replay;
  const variable = await client.eventType('gp-bs-var', { lengthInMinutesOptions: [15, 30, 60] });
  await replay.run('bookings-special.variable-bad', { body: { eventTypeId: variable, start: at(day, '08:00') } });
  const recurrence = { interval: 1, occurrences: 2, frequency: 'weekly' };
  const eventTypeId = await client.eventType('gp-bs-rec', { recurrence });
  const recurring = { body: { eventTypeId, start: at(day, '09:00') } };
  await replay.run('bookings-special.recurring', recurring, ({ body }) => {
    const made = body.data as { start: string; recurringBookingUid: string }[];
    const [first = 0, second = 0] = made.map((booking) => Date.parse(booking.start));
    return {
      n: made.length,
      oneRecurringUid: new Set(made.map((booking) => booking.recurringBookingUid)).size === 1,
      weekApart: second - first === 7 * 86_400_000,
    };
  });
  await replay.run('bookings-special.recurring-count-too-high', {
    body: { eventTypeId, start: at(day, '10:00') },
  });
  await seats(replay);
  await pending(replay);
}

async function seats(replay: Replay): Promise<void> {
  const { client } = replay;
  const rules = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
  const eventTypeId = await client.eventType('gp-bs-seat', { seats: rules });
  const start = at(day, '11:00');
  const first = await replay.run('bookings-special.seat-1', { body: { eventTypeId, start } });
  await client.book(eventTypeId, start, 'bs-s2');
  await replay.run('bookings-special.seat-full', { body: { eventTypeId, start } });
  const path = [uidOf(first)];
  await replay.run('bookings-special.seat-get-by-booking-uid', { path });
  await client.send({
    method: 'POST',
    path: `/v2/bookings/${uidOf(first)}/cancel`,
    version: '2024-08-13',
    account: client.owner.key,
    body: { seatUid: first.body?.data?.seatUid, cancellationReason: 'x' },
  });
  await replay.run('bookings-special.seat-after-cancel', { path });
}

async function pending(replay: Replay): Promise<void> {
  const { client } = replay;
  const confirmationPolicy = { type: 'always', blockUnconfirmedBookingsInBooker: false };
  const eventTypeId = await client.eventType('gp-bs-pend', { confirmationPolicy });
  const first = { body: { eventTypeId, start: at(monday(2), '08:00') } };
  const asked = await replay.run('bookings-special.pending', first);
  await replay.run('bookings-special.pending-repeat-same-attendee', first, (answer) => ({
    metadataOfFirst: answer.body?.data?.metadata?.op === '1',
    sameUid: uidOf(answer) === uidOf(asked),
  }));
  await replay.run('bookings-special.confirm', { path: [uidOf(asked)] });
  await replay.run('bookings-special.confirm-again', { path: [uidOf(asked)] });
  const declined = await client.book(eventTypeId, at(monday(2), '10:00'), 'bs-p3');
  await replay.run('bookings-special.decline', { path: [declined.uid] });
  const withdrawn = await client.book(eventTypeId, at(monday(2), '11:00'), 'bs-p4');
  await replay.run('bookings-special.cancel-pending', { path: [withdrawn.uid] });
  await replay.run('bookings-special.confirm-unknown', { path: [UNKNOWN_UID] });
  const ordinary = await client.eventType('gp-bs-ordinary');
  const accepted = await client.book(ordinary, at(monday(2), '13:00'), 'bs-a');
  await replay.run('bookings-special.confirm-accepted', { path: [accepted.uid] });
}

export async function bookingsRead(replay: Replay): Promise<void> {
  const type = await replay.client.eventType('gp-br');
  const { uid } = await replay.client.book(type, at(day, '08:00'), 'br', { metadata: { op: 'r1' } });
  await replay.run('bookings-read.get', { path: [uid] });
  await replay.run('bookings-read.get-no-auth', { path: [uid] });
  await replay.run('bookings-read.get-unknown', { path: [UNKNOWN_UID] });
  await replay.run('bookings-read.by-seat-unknown', { path: [UNKNOWN_UUID] });
  await replay.run('bookings-read.delete-not-a-route', { path: [uid] });
}

export async function bookingsList(replay: Replay): Promise<void> {
  const { client } = replay;
  const type = await client.eventType('gp-bl');
  await client.book(type, at(day, '08:00'), 'bl-a', { metadata: { op: 'l1' } });
  const { uid } = await client.book(type, at(day, '09:00'), 'bl-a');
  await client.book(type, at(day, '10:00'), 'bl-b');
  await client.book(await client.eventType('gp-bl2'), at(day, '11:00'), 'bl-b');
  await client.change(uid as string, 'cancel', { cancellationReason: 'clean-up' });
  const facts = ({ body }: Answer): Record<string, unknown> => {
    const starts = (body.data as { start: string }[]).map(({ start }) => `${start.slice(11, 16)}Z`);
    return { n: starts.length, starts: starts.join(' ') };
  };
  const path = [type];
  for (const name of ['by-type', 'status-cancelled', 'sort-start-desc', 'sort-start-asc', 'sort-created-desc']) {
    await replay.run(`bookings-list.${name}`, { path }, facts);
  }
  await replay.run('bookings-list.by-attendee-name', {}, facts);
  const range = { path: [type, at(day, '07:30'), at(day, '08:45')] };
  await replay.run('bookings-list.by-email-type-range', range, facts);
  await replay.run('bookings-list.after-start', { path: [type, at(day, '09:30')] }, facts);
  await replay.run('bookings-list.take-1-skip-1', { path }, facts);
  await replay.run('bookings-list.skip-past-the-end', { path }, facts);
  await replay.run('bookings-list.nothing', {}, facts);
  for (const name of ['status-bad', 'after-start-bad', 'take-251']) await replay.run(`bookings-list.${name}`, { path });
}

export async function bookingsChange(replay: Replay): Promise<void> {
  const { client } = replay;
  const type = await client.eventType('gp-bx');
  const old = await client.book(type, at(day, '08:00'), 'bx-1', { metadata: { op: 'x1' } });
  const to = (time: string): { start: string } => ({ start: at(day, time) });
  const moved = await replay.run('bookings-change.reschedule', { path: [old.uid], body: to('10:00') }, ({ body }) => ({
    fromOld: body.data.rescheduledFromUid === old.uid,
    icsUidOfFirst: body.data.icsUid === old.icsUid,
    metadataKept: body.data.metadata?.op === 'x1',
    newId: body.data.id !== old.id,
    newUid: body.data.uid !== old.uid,
  }));
  const uid = uidOf(moved);
  await replay.run('bookings-change.reschedule-old-get', { path: [old.uid] }, ({ body }) => ({
    toNew: body.data.rescheduledToUid === uid,
  }));
  await replay.run('bookings-change.reschedule-old-again', { path: [old.uid], body: to('12:00') });
  await client.book(type, at(day, '11:00'), 'bx-2');
  await replay.run('bookings-change.reschedule-to-taken', { path: [uid], body: to('11:00') });
  await replay.run('bookings-change.reschedule-outside-hours', { path: [uid], body: to('03:00') });
  await replay.run('bookings-change.reschedule-unknown', { path: [UNKNOWN_UID], body: to('12:00') });
  await replay.run('bookings-change.reschedule-numeric', { path: [moved.body?.data?.id], body: to('12:00') });
  const fourth = await client.book(type, at(day, '13:00'), 'bx-4');
  await replay.run('bookings-change.reschedule-other-account', { path: [fourth.uid], body: to('14:00') });
  await replay.run('bookings-change.cancel', { path: [uid] });
  await replay.run('bookings-change.cancel-again', { path: [uid] });
  const freed = { body: { eventTypeId: type, start: at(day, '10:00') } };
  const again = await replay.run('bookings-change.book-freed-slot', freed);
  await replay.run('bookings-change.cancel-without-reason-host', { path: [uidOf(again)] });
  await replay.run('bookings-change.cancel-unknown', { path: [UNKNOWN_UID] });
  await replay.run('bookings-change.cancel-numeric', { path: [again.body?.data?.id] });
  const locked = await client.eventType('gp-bx-nc', {
    disableCancelling: { disabled: true },
    disableRescheduling: { disabled: true },
  });
  const eleventh = await client.book(locked, at(monday(1), '08:00'), 'bx-11');
  const later = { path: [eleventh.uid], body: { start: at(monday(1), '09:00') } };
  await replay.run('bookings-change.reschedule-disabled-type-no-auth', later);
  const twelfth = await client.book(type, at(monday(1), '10:00'), 'bx-12');
  await replay.run('bookings-change.mark-absent-before-start', { path: [twelfth.uid] });
}
