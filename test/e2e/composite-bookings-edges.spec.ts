import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startAt } from '../fixtures/bookings/desk';
import { COLOUR, startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('at the edges of visits', () => {
  let service: TestService;
  let visits: Visits;

  beforeAll(async () => {
    service = await startTestService();
    visits = await Visits.open(service);
  });
  afterAll(() => service?.stop());

  const page = () => ({
    key: visits.salon.company.publishableKey,
    headers: { origin: 'https://book.salon.example' },
  });
  const is = (id: string, status: string) =>
    eventually(
      async () => (await visits.get(id)).body,
      (visit) => visit.status === status,
    );
  const count = async (table: string): Promise<number> => {
    const [row] = await service.app.get(DataSource).query(`select count(*)::int as count from ${table}`);
    return row.count;
  };

  it('a page books and sees its own visit with its token alone, without customer, timeline and uids', async () => {
    const { key, headers } = page();
    const made = await service.call('POST', '/api/composite-bookings', {
      key,
      body: visits.request({ start: startAt(0, 9) }),
      headers: { ...headers, 'idempotency-key': randomUUID() },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    expect(made.body.token).toEqual(expect.any(String));
    const look = (more: object) =>
      service.call('GET', `/api/composite-bookings/${made.body.id}`, { key, headers: { ...headers, ...more } });
    const seen = await look({ 'booking-token': made.body.token });
    expect([seen.status, seen.body.status]).toEqual([200, 'confirmed']);
    const uids = (await visits.atProvider()).map(({ uid }) => uid as string);
    for (const { body, text } of [made, seen]) {
      expect(Object.keys(body)).toEqual(expect.not.arrayContaining(['customerId', 'timeline', 'attention']));
      for (const uid of uids) expect(text).not.toContain(uid);
    }
    for (const more of [{}, { 'booking-token': 'x'.repeat(43) }]) {
      const hidden = await look(more);
      expect([hidden.status, hidden.body.error.code]).toEqual([404, 'BOOKING_NOT_FOUND']);
    }
  });

  it.each(['opt_zzzzzzzz_0123456789abcdef', 'opt_0_0123456789abcdef'])(
    'offers other visits for an option of a time that nobody can mean: %s',
    async (optionId) => {
      const { status, body } = await visits.book({ optionId });
      expect([status, body.error.code, body.error.details.reason]).toEqual([409, 'SLOT_UNAVAILABLE', 'NOT_OFFERED']);
      expect(body.error.details.alternatives).toHaveLength(3);
    },
  );

  it('names the field and the reason of every fault of a request, and writes nothing', async () => {
    const before = [await count('composite_bookings'), await count('sagas'), await count('idempotency_keys')];
    const [segment] = visits.sold.segments;
    const start = startAt(1, 9);
    const customer = { name: 'Eva', email: 'eva@customer.example' };
    const optionId = 'opt_abc_0123456789abcdef';
    const cases: [string, object][] = [
      ['optionId', {}],
      ['start', { optionId, start }],
      ['staff', { optionId, staff: [{ segmentId: segment.id, staffId: visits.salon.maria.id }] }],
      ['staff.0.segmentId', { start, staff: [{ segmentId: randomUUID(), staffId: visits.salon.maria.id }] }],
      ['staff.0.staffId', { start, staff: [{ segmentId: segment.id, staffId: randomUUID() }] }],
      ['staff.0.staffId', { start, staff: [{ segmentId: segment.id, staffId: null }] }],
      ['staff', { start, staff: [0, 1].map(() => ({ segmentId: segment.id, staffId: visits.salon.maria.id })) }],
      ...['start', 'staff', 'timeZone', 'notes', 'metadata', 'customer'].map((field): [string, object] => [
        field,
        { start, [field]: null },
      ]),
      ['companyId', { start, companyId: randomUUID() }],
      ['segments', { start, segments: [] }],
      ['metadata', { start, metadata: { nested: { a: 1 } } }],
      ['timeZone', { start, timeZone: 'Europe/Nowhere' }],
      ['customer.phoneNumber', { start, customer: { ...customer, phoneNumber: 'call me' } }],
      ['customer.email', { start, customer: { ...customer, email: 'nobody' } }],
      ['start', { start: '2026-02-30T09:00:00Z' }],
      ['optionId', { optionId: 'opt_../../x' }],
    ];
    for (const [field, body] of cases) {
      const { status, body: answer, text } = await visits.book(body);
      const code = /zone/.test(text) ? 'INVALID_TIMEZONE' : 'VALIDATION_ERROR';
      expect([field, text, status, answer.error.code]).toEqual([field, text, 400, code]);
      expect(answer.error.details.fields).toEqual(
        expect.arrayContaining([{ field: expect.stringMatching(`^${field}`), reason: expect.any(String) }]),
      );
    }
    expect([await count('composite_bookings'), await count('sagas'), await count('idempotency_keys')]).toEqual(before);
  });

  it('books nothing for a service that is deleted while the visit begins', async () => {
    const database = service.app.get(DataSource);
    const sold = await Visits.in(visits.salon);
    const deleting = database.createQueryRunner();
    await deleting.startTransaction();
    await deleting.query('update services set deleted_at = clock_timestamp() where id = $1', [sold.sold.id]);
    const asked = sold.book({ start: startAt(2, 9) });
    await eventually(
      () => database.query(`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%for share%'`),
      (waiting: unknown[]) => waiting.length > 0,
    );
    await deleting.commitTransaction();
    await deleting.release();
    const { status, body } = await asked;
    expect([status, body.error.code]).toEqual([404, 'SERVICE_NOT_FOUND']);
    expect(await sold.liveOn(2)).toEqual([]);
    expect(await database.query('select from composite_bookings where service_id = $1', [sold.sold.id])).toEqual([]);
  });

  it('cancels more visits at once, each with a key, than there are connections to the database', async () => {
    const days = Array.from({ length: 14 }, (_, day) => 20 + day);
    const made = await Promise.all(days.map((day) => visits.booked(day)));
    const headers = () => ({ 'idempotency-key': randomUUID(), prefer: 'wait=20' });
    const ended = await Promise.all(made.map(({ id }) => visits.post(`/${id}/cancel`, {}, headers())));
    expect(ended.map(({ status, body }) => [status, body.status])).toEqual(made.map(() => [200, 'cancelled']));
    expect((await Promise.all(days.map((day) => visits.liveOn(day)))).flat()).toEqual([]);
  }, 60_000);

  it('books a visit although somebody died before he had kept the answer of its key', async () => {
    const key = randomUUID();
    const first = await visits.booked(15);
    expect((await visits.book({ start: startAt(15, 9) }, key)).status).toBe(409);
    await visits.post(`/${first.id}/cancel`, {}, { 'idempotency-key': randomUUID(), prefer: 'wait=20' });
    await service.app.get(DataSource).query(
      `update idempotency_keys set status = 'running', response_status = null, sealed_response = null,
         locked_until = clock_timestamp() - interval '1 second' where key = $1`,
      [key],
    );
    const { status, text } = await visits.book({ start: startAt(15, 9) }, key);
    expect([status, text]).toEqual([201, expect.any(String)]);
  });

  it('knows nothing of what another company has', async () => {
    const other = await service.createCompany();
    const ask = (body: object) =>
      service.call('POST', '/api/composite-bookings', {
        key: other.secretKey,
        body: { ...visits.request({ start: startAt(1, 9) }), ...body },
        headers: { 'idempotency-key': randomUUID() },
      });
    const [theirs, none] = [await ask({}), await ask({ serviceId: randomUUID() })];
    expect([theirs.status, theirs.body.error.code]).toEqual([404, 'SERVICE_NOT_FOUND']);
    expect(theirs.body.error.code).toBe(none.body.error.code);
    const list = await service.call('GET', `/api/composite-bookings?serviceId=${visits.sold.id}`, {
      key: other.secretKey,
    });
    expect(list.body.data).toEqual([]);
  });

  it('does not book a service that is not ready, and says why', async () => {
    const unmapped = await visits.salon.sells('Unmapped', COLOUR, {}, [visits.salon.maria]);
    const { status, body } = await visits.book({ start: startAt(1, 9), serviceId: unmapped.id });
    expect([status, body.error.code]).toEqual([422, 'SERVICE_NOT_READY']);
    expect(JSON.stringify(body.error.details)).toMatch(/MAP|EVENT_TYPE/);
  });

  it('books one visit for twenty requests with one key', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        visits.book({ start: startAt(2, 9), customer: { name: 'Ada', email: 'ada@customer.example' } }, key),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    for (const { status, body } of answers) {
      if (status !== 201) expect([status, body.error.code]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE']);
    }
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(await visits.liveOn(2)).toEqual(startsOf(made[0]!.body));
  });

  it('answers 202 to whoever does not wait, and the rest to the same key', async () => {
    const key = randomUUID();
    await visits.scenario('slow', 'bookings.create', { delayMs: 700 });
    const first = await visits.book({ start: startAt(3, 9) }, key, { prefer: 'wait=0' });
    expect([first.status, first.body.status]).toEqual([202, 'outcome_pending']);
    const then = await visits.book({ start: startAt(3, 9) }, key);
    expect([then.status, then.body.id, then.body.status]).toEqual([201, first.body.id, 'confirmed']);
    await visits.scenario('slow', 'bookings.cancel', { delayMs: 700 });
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=0' };
    const cancel = () => visits.post(`/${first.body.id}/cancel`, {}, headers);
    const [begun, repeated] = [await cancel(), await cancel()];
    expect([begun.status, repeated.status, repeated.body.status]).toEqual([202, 202, 'cancelling']);
    await is(first.body.id, 'cancelled');
    expect((await cancel()).body.status).toBe('cancelled');
  });

  it('refuses somebody whom the provider wants an e-mail of, in the words of single bookings, and books nothing', async () => {
    const { status, body } = await visits.book({
      start: startAt(4, 9),
      customer: { name: 'Phone Only', phoneNumber: '+4915112345678' },
    });
    const [{ eventTypeId }] = (await visits.booked(4, { start: startAt(4, 13) })).segments;
    const single = await service.call('POST', '/api/bookings', {
      key: visits.salon.company.secretKey,
      body: { eventTypeId, start: startAt(4, 16), attendee: { name: 'Phone Only', phoneNumber: '+4915112345678' } },
      headers: { 'idempotency-key': randomUUID() },
    });
    const { code, details } = single.body.error;
    expect([status, body.error.code, body.error.details]).toEqual([single.status, code, details]);
    expect([status, details.reason]).toEqual([400, 'FIELD_MISSING_OR_INVALID']);
    expect(await visits.liveOn(4)).toHaveLength(COLOUR.length);
  });

  it('cancels a segment too that its host has moved without our knowing', async () => {
    const visit = await visits.booked(5);
    const own = (await visits.atProvider()).find(({ start }) => Date.parse(start) === Date.parse(visit.start));
    await visits.scenario('webhook-lost', 'BOOKING_RESCHEDULED', { times: 5 });
    await visits.movedAtProvider(own.uid, new Date(startAt(5, 15)).toISOString());
    const { status, body } = await visits.post(`/${visit.id}/cancel`);
    expect([status, body.status]).toEqual([200, 'cancelled']);
    expect(await visits.liveOn(5)).toEqual([]);
  });

  it('is found by status, day of the company, service, customer, and page by page', async () => {
    const own = await Visits.in(visits.salon);
    const late = await own.booked(6, { customer: { name: 'Ines', email: 'ines@customer.example' } });
    const early = await own.booked(6, { start: startAt(6, 12) });
    await own.post(`/${early.id}/cancel`);
    const list = async (query: Record<string, string>) => {
      const asked = new URLSearchParams({ serviceId: own.sold.id, ...query });
      return visits.salon.ok('GET', `/api/composite-bookings?${asked}`);
    };
    const ids = async (query: Record<string, string>) => (await list(query)).data.map(({ id }: any) => id);
    const day = startAt(6, 9).slice(0, 10);
    expect(await ids({})).toEqual([late.id, early.id]);
    expect(await ids({ status: 'cancelled' })).toEqual([early.id]);
    expect(await ids({ status: 'cancelled,confirmed', from: day, to: day })).toEqual([late.id, early.id]);
    expect(await ids({ from: startAt(6, 9, 1) })).toEqual([early.id]);
    expect(await ids({ to: startAt(6, 9) })).toEqual([]);
    expect(await ids({ customerId: late.customerId })).toEqual([late.id]);
    const first = await list({ limit: '1' });
    expect(first.data.map(({ id }: any) => id)).toEqual([late.id]);
    expect(await ids({ limit: '1', cursor: first.nextCursor })).toEqual([early.id]);
    expect((await visits.salon.call('GET', '/api/composite-bookings?status=lost')).status).toBe(400);
  });

  it('keeps nothing of a customer who is erased, and answers the repeat of the request without it', async () => {
    const key = randomUUID();
    const secret = `Zora ${randomUUID().slice(0, 8)}`;
    const body = {
      start: startAt(7, 9),
      notes: `for ${secret}`,
      customer: { name: secret, email: 'zora@customer.example' },
    };
    const made = await visits.book(body, key);
    expect(made.status).toBe(201);
    const early = await visits.salon.call('DELETE', `/api/customers/${made.body.customerId}`);
    expect([early.status, early.body.error.details.reason]).toEqual([409, 'FUTURE_BOOKINGS']);
    expect((await visits.post(`/${made.body.id}/cancel`, { reason: `${secret} is ill` })).status).toBe(200);
    await eventually(
      async () => (await visits.salon.call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
    const erased = await visits.salon.call('DELETE', `/api/customers/${made.body.customerId}`);
    expect([erased.status, erased.text]).toEqual([204, '']);
    const repeated = await visits.book(body, key);
    expect([repeated.status, repeated.body.id]).toEqual([201, made.body.id]);
    expect(repeated.text).not.toContain(secret);
    expect((await visits.get(made.body.id)).text).not.toContain(secret);
    const tables = await service.app
      .get(DataSource)
      .query<{ name: string }[]>(
        `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
      );
    for (const { name } of tables) {
      const sql = `select count(*)::int as count from "${name}" t where t::text like $1`;
      const [{ count: found }] = await service.app.get(DataSource).query(sql, [`%${secret}%`]);
      expect([name, found]).toEqual([name, 0]);
    }
  });

  describe('types that need confirmation', () => {
    let opted: any;

    beforeAll(async () => {
      const { salon } = visits;
      const sell = async (more: object) => {
        const sold = await salon.sells('Confirmed', COLOUR, more, [salon.maria]);
        const maps: object[] = [];
        for (const [index, { id: segmentId, durationMinutes }] of sold.segments.entries()) {
          const settings = index === 1 ? { requiresConfirmation: true } : {};
          const { id: eventTypeId } = await salon.typeOf(salon.maria, durationMinutes, settings);
          maps.push({ segmentId, staffId: salon.maria.id, eventTypeId });
        }
        await salon.ok('PUT', `/api/services/${sold.id}/event-type-maps`, { maps });
        return sold;
      };
      opted = { plain: await sell({}), asked: await sell({ allowConfirmation: true }) };
    });

    it('are refused to a service that has not opted in, and confirmed for one that has before the visit counts as booked', async () => {
      const refused = await visits.book({ serviceId: opted.plain.id, start: startAt(11, 9) });
      expect([refused.status, refused.body.error.code]).toEqual([422, 'SERVICE_NOT_READY']);
      expect(await visits.liveOn(11)).toEqual([]);
      const { status, body, text } = await visits.book({ serviceId: opted.asked.id, start: startAt(11, 9) });
      expect([status, text]).toEqual([201, expect.stringContaining('"status":"confirmed"')]);
      expect(body.segments.map((segment: any) => segment.status)).toEqual(['confirmed', 'confirmed', 'confirmed']);
      expect((await visits.get(body.id)).body.timeline.map(({ what }: any) => what)).toEqual(
        expect.arrayContaining(['confirm-intended', 'confirmed']),
      );
    });

    it('leave nothing behind of a visit that a host declines in between, and who asks is told', async () => {
      await visits.scenario('pass', 'bookings.create', { times: 2 });
      await visits.scenario('slow', 'bookings.create', { delayMs: 1_500 });
      const key = randomUUID();
      const booking = visits.book({ serviceId: opted.asked.id, start: startAt(12, 9) }, key);
      const [pending] = await eventually(
        async () => (await visits.atProvider()).filter(({ status }) => status === 'pending'),
        (found) => found.length > 0,
      );
      const declined = await fetch(`${service.sandbox.url}/v2/bookings/${pending.uid}/decline`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${visits.salon.company.providerKey}`,
          'cal-api-version': '2024-08-13',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ reason: 'No time' }),
      });
      expect(declined.status).toBe(200);
      const { status, body } = await booking;
      expect([409, 422]).toContain(status);
      expect(body.error.details).toMatchObject({ segment: { index: 1, name: 'Wash' } });
      await eventually(
        () => visits.liveOn(12),
        (live) => live.length === 0,
      );
    });
  });

  describe('a service with visits to come', () => {
    it('cannot be deleted, is told how many there are, and can be once they are cancelled', async () => {
      const { salon } = visits;
      const own = await Visits.in(salon);
      const visit = await own.booked(8);
      const refused = await salon.call('DELETE', `/api/services/${own.sold.id}`);
      expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
        409,
        'CONFLICT',
        { reason: 'SERVICE_IN_USE', visits: 1 },
      ]);
      expect((await salon.ok('GET', `/api/services/${own.sold.id}`)).id).toBe(own.sold.id);
      expect((await own.post(`/${visit.id}/cancel`)).status).toBe(200);
      expect((await salon.call('DELETE', `/api/services/${own.sold.id}`)).status).toBe(204);
      expect((await own.get(visit.id)).body).toMatchObject({ status: 'cancelled', serviceName: 'Colour and cut' });
    });

    it('may be changed all the same, and a visit of other segments is not moved any more', async () => {
      const { salon } = visits;
      const own = await Visits.in(salon);
      const visit = await own.booked(9);
      const segments = own.sold.segments.slice(1).map(({ id: _, ...segment }: any) => segment);
      const changed = await salon.call('PATCH', `/api/services/${own.sold.id}`, { segments });
      expect([changed.status, changed.text]).toEqual([200, expect.any(String)]);
      const refused = await own.post(`/${visit.id}/reschedule`, { start: startAt(9, 14) });
      expect([refused.status, refused.body.error.details]).toEqual([409, { reason: 'SERVICE_CHANGED' }]);
      expect((await own.post(`/${visit.id}/cancel`)).body.status).toBe('cancelled');
    });
  });

  describe('times', () => {
    it('are claimed over replicas: of two visits at once one is booked, and its gap stays free for others', async () => {
      const own = await Visits.in(visits.salon);
      const other = await startTestService({
        databaseUrl: service.databaseUrl,
        sandbox: service.sandbox,
        config: { encryptionKeys: service.config.encryptionKeys },
      });
      try {
        const { id: eventTypeId } = await visits.salon.typeOf(visits.salon.maria, 15);
        const options = () => ({ key: visits.salon.company.secretKey, headers: { 'idempotency-key': randomUUID() } });
        const book = (at: TestService, minute: number) =>
          at.call('POST', '/api/composite-bookings', {
            ...options(),
            body: own.request({ start: startAt(10, 9, minute) }),
          });
        const attendee = { name: 'Gap', email: 'gap@customer.example', timeZone: 'Europe/Berlin' };
        const [first, second, gap] = await Promise.all([
          book(service, 0),
          book(other, 0),
          service.call('POST', '/api/bookings', {
            ...options(),
            body: { eventTypeId, start: startAt(10, 9, 45), attendee },
          }),
        ]);
        expect([first.status, second.status].sort()).toEqual([201, 409]);
        expect([gap.status, gap.text]).toEqual([201, expect.any(String)]);
        expect(await visits.liveOn(10)).toHaveLength(4);
      } finally {
        await other.stop();
      }
    });
  });
});
