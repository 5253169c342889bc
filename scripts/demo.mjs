// The whole story against a started service (`npm start` in another window): find a free time, book it, book it again
// with the same key, move it, cancel it. The end is checked by asking the provider (the sandbox), not the service.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

const PATIENCE_MS = 15_000;
const DAYS_AHEAD = 10;
const zone = 'Europe/Vienna';

/** @returns what the service wrote down when it made the demo company */
function readDemo() {
  const file = join(process.env.DEMO_DATA_DIR ?? '.data', 'demo.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${file} cannot be read: start the service first, in demo mode: npm start`);
  }
}

let steps = 0;
const step = (title) => console.log(`\n${(steps += 1)}. ${title}`);
const say = (text) => console.log(`   ${text}`);

function check(holds, promise) {
  if (!holds) throw new Error(`not as promised: ${promise}`);
  say(`✓ ${promise}`);
}

let demo;

async function call(method, path, { body, headers = {}, expect = 200, base = demo.apiUrl } = {}) {
  const own = base === demo.apiUrl ? { authorization: `Bearer ${demo.secretKey}` } : {};
  const type = body ? { 'content-type': 'application/json' } : {};
  const answer = await fetch(new URL(path, base), {
    method,
    headers: { ...own, ...type, ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => {
    throw new Error(`${method} ${base}${path}: no answer (${error.cause?.message ?? error.message})`);
  });
  const text = await answer.text();
  if (base === demo.apiUrl) say(`${method} ${path.slice(0, 90)} → ${answer.status}`);
  if (answer.status !== expect) throw new Error(`${method} ${path} answered ${answer.status}, not ${expect}: ${text}`);
  return { json: text ? JSON.parse(text) : undefined, headers: answer.headers };
}

const sandbox = async (path) => (await call('GET', path, { base: demo.sandboxUrl })).json;
const providerBookings = () => sandbox(`/_sandbox/bookings?key=${encodeURIComponent(demo.providerKey)}`);
const webhooksSent = () => sandbox('/_sandbox/webhooks');

async function until(promise, find) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await find();
    if (found) {
      say(`✓ ${promise}`);
      return found;
    }
    if (Date.now() > deadline) throw new Error(`did not happen within ${PATIENCE_MS / 1000} s: ${promise}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function freeSlots() {
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const query = new URLSearchParams({
    eventTypeId: demo.eventTypeId,
    start: day(1),
    end: day(DAYS_AHEAD),
    timeZone: zone,
  });
  const { json } = await call('GET', `/api/availability?${query}`);
  if (json.timeZone !== zone) throw new Error(`asked for ${zone}, told in ${json.timeZone}`);
  return Object.values(json.days).flat();
}

const sameInstant = (a, b) => Date.parse(a) === Date.parse(b);

async function main() {
  demo = readDemo();
  const bookingsBefore = new Set((await providerBookings()).map((one) => one.uid));
  const webhooksBefore = new Set((await webhooksSent()).map((one) => one.id));

  step('Who are we?');
  const { json: me } = await call('GET', '/api/me');
  say(`${me.name ?? me.username} <${me.email}>, ${me.timeZone}`);
  await call('GET', '/api/schedules');

  step('What can be booked?');
  await call('GET', '/api/event-types');
  const { json: type } = await call('GET', `/api/event-types/${demo.eventTypeId}`);
  check(type.id === demo.eventTypeId, `the demo's event type is there: ${type.title}`);

  step('When is there time?');
  const slots = await freeSlots();
  check(slots.length >= 2, `${slots.length} free times in the coming days`);
  const [first, second] = [slots[0], slots.at(-1)];

  step(`Book ${first.start}`);
  const key = randomUUID();
  const attendee = { name: 'Ada Example', email: 'ada@example.com', timeZone: zone, language: 'en' };
  const order = {
    headers: { 'idempotency-key': key },
    body: { eventTypeId: demo.eventTypeId, start: first.start, attendee },
  };
  const { json: booked } = await call('POST', '/api/bookings', { ...order, expect: 201 });
  check(sameInstant(booked.start, first.start) && booked.status === 'confirmed', `confirmed as ${booked.id}`);

  step('The line was bad: send the very same request again');
  const again = await call('POST', '/api/bookings', { ...order, expect: 201 });
  check(again.json.id === booked.id, 'the same appointment, not a second one');
  check(again.headers.get('idempotency-replayed') === 'true', 'marked as a replay');

  step('Is the time taken?');
  // Providers repeat an answer for a moment, so it may take a second look.
  await until('the booked time is no longer offered', async () => {
    const left = await freeSlots();
    return !left.some((slot) => sameInstant(slot.start, first.start));
  });

  step('Has the provider told us?');
  await until('the webhook of the booking was answered 2xx', () => delivered(webhooksBefore, 'BOOKING_CREATED'));
  const { json: read } = await call('GET', `/api/bookings/${booked.id}`);
  check(read.status === 'confirmed' && read.attendee?.email === attendee.email, 'the appointment is as it was booked');

  step(`Move it to ${second.start}`);
  const move = {
    body: { start: second.start, reason: 'Ada is travelling' },
    headers: { 'idempotency-key': randomUUID() },
  };
  const { json: moved } = await call('POST', `/api/bookings/${booked.id}/reschedule`, { ...move });
  check(sameInstant(moved.start, second.start), 'moved');
  check(moved.id === booked.id, 'its id stays the same');
  await until('the webhook of the move was answered 2xx', () => delivered(webhooksBefore, 'BOOKING_RESCHEDULED'));

  step('Cancel it');
  const { json: cancelled } = await call('POST', `/api/bookings/${booked.id}/cancel`, { body: { reason: 'Demo' } });
  check(cancelled.status === 'cancelled', 'cancelled');
  await until('the webhook of the cancellation was answered 2xx', () => delivered(webhooksBefore, 'BOOKING_CANCELLED'));
  await until('the appointment says so too', async () => {
    const { json } = await call('GET', `/api/bookings/${booked.id}`);
    return json.status === 'cancelled';
  });

  step('Ask the provider what really happened');
  const made = (await providerBookings()).filter((one) => !bookingsBefore.has(one.uid));
  for (const one of made) say(`${one.uid}: ${one.status}`);
  check(made.length === 2, 'exactly two bookings: the one made, and the one it was moved to');
  check(
    made.every((one) => one.status === 'cancelled'),
    'both are cancelled: nothing is left in the calendar',
  );
  const sent = (await webhooksSent()).filter((one) => !webhooksBefore.has(one.id));
  check(
    sent.length >= 3 && sent.every((one) => one.status >= 200 && one.status < 300),
    `${sent.length} signed webhooks sent, every one answered 2xx`,
  );
}

async function delivered(before, trigger) {
  const sent = (await webhooksSent()).filter((one) => !before.has(one.id) && one.trigger === trigger);
  return sent.some((one) => one.status >= 200 && one.status < 300);
}

main().then(
  () => console.log('\nAll of it worked.'),
  (error) => {
    console.error(`\nFAILED: ${error.message}`);
    process.exitCode = 1;
  },
);
