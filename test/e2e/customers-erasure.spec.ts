import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SecretBox } from '../../src/foundation/crypto/secret-box';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { Listening } from '../fixtures/outgoing-events/listening';
import { Receiver } from '../fixtures/outgoing-events/receiver';
import { deliverSigned, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { spellings } from '../fixtures/webhooks/spellings';
import { startTestService, type TestService } from '../support/service';

const NAME = 'Canarina Vogelsang';
const EMAIL = 'canarina.vogelsang@erasure-test.example';
const FORMER_EMAIL = 'canarina.former@erasure-test.example';
const PHONE = '+4915199911223';
const CANARIES = { name: NAME, 'e-mail': EMAIL, 'former e-mail': FORMER_EMAIL, phone: PHONE, notes: 'canary-notes' };
const PERSON = { name: NAME, email: EMAIL, phoneNumber: PHONE, timeZone: 'Europe/Berlin' };

describe('an erased customer', () => {
  let service: TestService;
  let receiver: Receiver;
  let desk: Desk;
  let provider: ProviderSide;
  let database: DataSource;
  let secret: string;
  let first: any;
  let firstUid: string;
  let withGuest: any;
  let missedUid: string;
  const keys = { booked: randomUUID(), refused: randomUUID(), cancelled: randomUUID(), ofOther: randomUUID() };
  const wishes: Record<string, any> = {};

  beforeAll(async () => {
    service = await startTestService({ config: { logLevel: 'debug' }, calcom: { debug: true } });
    receiver = await new Receiver().start();
    desk = await Desk.open(service);
    provider = new ProviderSide(service, desk.company);
    database = service.app.get(DataSource);
    secret = await registeredSecret(service, desk.company);
    // Takes nothing and repeats what it was sent, so that events stay, and answers to them.
    const url = receiver.url('/away', (response, _, { body }) => response.writeHead(503).end(body));
    await new Listening(service, desk.company).endpoint(url);
    await live();
  });
  afterAll(async () => {
    await service?.stop();
    await receiver?.stop();
  });

  const cancel = (id: string, key = randomUUID()) =>
    desk.change(id, 'cancel', { reason: `${NAME} is ill` }, { 'idempotency-key': key });
  const bookingsOf = async (email: string): Promise<any[]> =>
    (await desk.call('GET', `/api/bookings?attendeeEmail=${email}`)).body.data;
  const erase = () => desk.call('DELETE', `/api/customers/${first.customerId}`);
  const settled = () =>
    eventually(
      async () => (await desk.call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
  const late = async (trigger: string, uid: string): Promise<string> => {
    const attendees = [{ ...PERSON, language: { locale: 'de' } }];
    const payload = { uid, attendees, cancellationReason: `${NAME} ${PHONE}`, additionalNotes: 'canary-notes' };
    const body = envelope(trigger, randomUUID(), payload);
    expect((await deliverSigned(service, `/${desk.company.connectionId}`, body, secret)).status).toBe(200);
    const [newest] = await eventually(
      async () => (await desk.call('GET', '/api/webhooks/deliveries?limit=1')).body.data,
      ([delivery]) => delivery.trigger === trigger && delivery.status !== 'received',
    );
    return newest.id;
  };

  /** Everything that a person can leave here. */
  async function live(): Promise<void> {
    const location = { type: 'attendeeDefined', value: `at ${NAME}'s` };
    const more = { location, notes: 'canary-notes', metadata: { who: EMAIL }, guests: [FORMER_EMAIL] };
    wishes.booked = desk.request(startAt(1, 9), { attendee: { ...PERSON, email: FORMER_EMAIL }, ...more });
    first = (await desk.book(wishes.booked, keys.booked)).body;
    firstUid = (
      await database.query('select calcom_v2_booking_uid as uid from appointments where id = $1', [first.id])
    )[0].uid;
    await desk.call('PATCH', `/api/customers/${first.customerId}`, { email: EMAIL });
    const second = (await desk.book(desk.request(startAt(2, 9), { attendee: PERSON }))).body;
    expect(second.customerId).toBe(first.customerId);
    // A refused wish leaves its saga.
    await desk.scenario('conflict', 'bookings.create');
    wishes.refused = desk.request(startAt(3, 9), { attendee: PERSON });
    expect((await desk.book(wishes.refused, keys.refused)).status).toBe(409);
    const host = { name: 'Otto', email: 'otto@customer.example', phoneNumber: PHONE };
    wishes.ofOther = desk.request(startAt(4, 9), { attendee: host, guests: [EMAIL, 'guest@customer.example'] });
    withGuest = (await desk.book(wishes.ofOther, keys.ofOther)).body;
    await provider.book(Number(desk.eventType.providerId), startAt(5, 9), PERSON);
    await eventually(
      () => bookingsOf(EMAIL),
      (bookings) => bookings.length === 2,
    );
    await desk.scenario('webhook-lost', 'BOOKING_CREATED');
    missedUid = (await provider.book(Number(desk.eventType.providerId), startAt(6, 9), PERSON)).uid;
    await late('RECORDING_READY', 'of nothing known');
    await settled();
  }

  it('is not erased while a host waits for him: the bookings to cancel are named', async () => {
    const answer = await erase();
    expect([answer.status, answer.body.error.details.reason]).toEqual([409, 'FUTURE_BOOKINGS']);
    const { bookings } = answer.body.error.details;
    expect(bookings).toHaveLength(3);
    expect(bookings[0]).toBe(first.id);
    for (const id of bookings.slice(1)) expect((await cancel(id)).status).toBe(200);
    expect((await cancel(first.id, keys.cancelled)).status).toBe(200);
    await settled();
  });

  it('is not erased while a booking of his is being worked on', async () => {
    const [saga] = await database.query('select saga_id as id from saga_steps where appointment_id = $1', [first.id]);
    // Owned by a replica that is alive: nobody takes it up.
    await database.query(
      `update sagas set status = 'compensating', owner = (select id from replicas limit 1) where id = $1`,
      [saga.id],
    );
    const answer = await erase();
    await database.query('update sagas set status = $2, owner = null where id = $1', [saga.id, 'confirmed']);
    expect([answer.status, answer.body.error.details]).toEqual([409, { reason: 'BOOKING_IN_PROGRESS' }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('would be found by the search below', async () => {
    const { plain, sealed } = await search();
    expect(plain).toEqual(expect.arrayContaining([expect.stringContaining('public.customers.email')]));
    for (const place of ['sagas.sealed_input', 'webhook_deliveries.sealed_body', 'outbox_events.sealed_payload']) {
      expect(sealed).toEqual(expect.arrayContaining([expect.stringContaining(place)]));
    }
    expect(sealed).toEqual(expect.arrayContaining([expect.stringContaining('idempotency_keys.sealed_response')]));
  });

  it('is nowhere any more: not in any column in plain, not sealed, not in the log', async () => {
    const answers = await Promise.all([erase(), erase()]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(await search()).toEqual({ plain: [], sealed: [], log: [] });
    for (const path of [`/api/customers/${first.customerId}`]) expect((await desk.call('GET', path)).status).toBe(404);
    expect((await desk.call('PATCH', `/api/customers/${first.customerId}`, { name: 'x' })).status).toBe(404);
  });

  it("leaves his bookings with their times, and others' bookings without him", async () => {
    const { body } = await desk.call('GET', `/api/bookings/${first.id}`);
    expect(body).toMatchObject({
      id: first.id,
      status: 'cancelled',
      start: first.start,
      attendee: { name: 'Erased', timeZone: 'Europe/Berlin' },
      customerId: null,
      guests: [],
      location: null,
      metadata: {},
      staff: first.staff,
    });
    expect(body).not.toHaveProperty('notes');
    const other = (await desk.call('GET', `/api/bookings/${withGuest.id}`)).body;
    expect(other).toMatchObject({
      status: 'confirmed',
      attendee: { name: 'Otto' },
      guests: ['guest@customer.example'],
    });
    expect(other.attendee).not.toHaveProperty('phoneNumber');
  });

  it('is not named when a finished request is repeated, and nothing is booked again', async () => {
    const calls = (await desk.calls('bookings.create')).length;
    for (const kind of ['booked', 'ofOther'] as const) {
      const repeated = await desk.book(wishes[kind], keys[kind]);
      expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      expect(repeated.text).not.toContain(PHONE);
    }
    expect((await desk.book(wishes.refused, keys.refused)).status).toBe(409);
    expect((await cancel(first.id, keys.cancelled)).body.attendee.name).toBe('Erased');
    expect(await desk.calls('bookings.create')).toHaveLength(calls);
  });

  it("is told to the company's own programs as an update without words", async () => {
    const events = await database.query('select type, subject, sealed_payload from outbox_events where subject = $1', [
      first.id,
    ]);
    expect(events.map(({ type }: any) => type)).toEqual(['booking.updated']);
  });

  it('does not come back by a late webhook about a booking that is known', async () => {
    const id = await late('BOOKING_CANCELLED', firstUid);
    expect((await desk.call('GET', `/api/webhooks/deliveries/${id}`)).body.bookingId).toBe(first.id);
    await late('BOOKING_NO_SHOW_UPDATED', firstUid);
    expect(await search()).toEqual({ plain: [], sealed: [], log: [] });
  });

  it('does not come back by a webhook about a booking from before that nobody had heard of', async () => {
    const id = await late('BOOKING_CREATED', missedUid);
    const { bookingId } = (await desk.call('GET', `/api/webhooks/deliveries/${id}`)).body;
    const { body } = await desk.call('GET', `/api/bookings/${bookingId}`);
    expect(body).toMatchObject({ status: 'confirmed', attendee: { name: 'Erased' }, customerId: null });
    expect(await search()).toEqual({ plain: [], sealed: [], log: [] });
  });

  it('does not come back when a changed booking is read again', async () => {
    await provider.change(missedUid, 'cancel', { cancellationReason: `${NAME} is ill` });
    await eventually(
      async () =>
        (await database.query('select status from appointments where calcom_v2_booking_uid = $1', [missedUid]))[0],
      ({ status }) => status === 'cancelled',
    );
    await settled();
    expect(await search()).toEqual({ plain: [], sealed: [], log: [] });
  });

  it('is a new customer when he books again, here or at the provider', async () => {
    const again = await desk.book(desk.request(startAt(7, 9), { attendee: PERSON }));
    expect(again.status).toBe(201);
    expect(again.body.customerId).not.toBe(first.customerId);
    expect(again.body.attendee.name).toBe(NAME);
    await provider.book(Number(desk.eventType.providerId), startAt(8, 9), PERSON);
    const bookings = await eventually(
      () => bookingsOf(EMAIL),
      (all) => all.length === 2,
    );
    expect(bookings.map(({ customerId }) => customerId)).toEqual([again.body.customerId, again.body.customerId]);
    expect((await desk.call('GET', `/api/bookings/${first.id}`)).body.attendee.name).toBe('Erased');
  });

  it('is never half erased by a booking that he makes at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      const attendee = { name: 'Racer', email: `racer-${round}@customer.example`, timeZone: 'Europe/Berlin' };
      const before = (await desk.book(desk.request(startAt(10 + round, 9), { attendee }))).body;
      await cancel(before.id);
      await settled();
      const [erased, booked] = await Promise.all([
        desk.call('DELETE', `/api/customers/${before.customerId}`),
        desk.book(desk.request(startAt(10 + round, 11), { attendee })),
      ]);
      expect(booked.body).toMatchObject({ status: 'confirmed', attendee });
      const isSame = booked.body.customerId === before.customerId;
      expect([erased.status, isSame]).toEqual(isSame ? [409, true] : [204, false]);
      const name = (await desk.call('GET', `/api/bookings/${before.id}`)).body.attendee.name;
      expect(name).toBe(isSame ? 'Racer' : 'Erased');
    }
  });

  /** Where the person is found, by column: in plain text, in what only our key opens, and in the log. */
  async function search(): Promise<{ plain: string[]; sealed: string[]; log: string[] }> {
    const columns: { schema: string; table: string; column: string }[] = await database.query(`
      select c.table_schema as schema, c.table_name as table, c.column_name as column
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema not in ('pg_catalog', 'information_schema', 'sandbox') and t.table_type = 'BASE TABLE'`);
    const [plain, sealed]: [string[], string[]] = [[], []];
    for (const { schema, table, column } of columns) {
      const rows = await database.query(`select "${column}"::text as text from "${schema}"."${table}"`);
      const texts: string[] = rows.map(({ text }: any) => text ?? '');
      const place = `${schema}.${table}.${column}`;
      plain.push(...found(texts.join('\n')).map((what) => `${place}: ${what}`));
      if (!column.startsWith('sealed_')) continue;
      const opened = texts.filter(Boolean).map((text) => open(text, table, column));
      sealed.push(...found(opened.join('\n')).map((what) => `${place}: ${what}`));
    }
    return { plain, sealed, log: found(service.logs()) };
  }

  function open(text: string, table: string, column: string): string {
    return service.app.get(SecretBox).openText(text, { table, column, companyId: desk.company.companyId });
  }

  function found(text: string): string[] {
    const lower = text.toLowerCase();
    return Object.entries(CANARIES).flatMap(([what, canary]) =>
      Object.values(spellings(canary)).some((spelling) => lower.includes(spelling.toLowerCase())) ? [what] : [],
    );
  }
});
