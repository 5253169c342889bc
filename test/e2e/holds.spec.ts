import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('a hold', () => {
  let service: TestService;
  let database: DataSource;
  let desk: Desk;

  beforeAll(async () => {
    // Short, so that a provider that says nothing is not waited for.
    service = await startTestService({
      calcom: { retryAttempts: 0, timeoutMs: 1_000 },
      bookings: { deadlineMs: 2_000, settleMs: 3_000 },
    });
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  const hold = (start: string, more: object = {}): Promise<TestAnswer> =>
    desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start, ...more });
  const held = async (start: string, more: object = {}): Promise<any> => {
    const answer = await hold(start, more);
    if (answer.status !== 201) throw new Error(`no hold: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const seen = async ({ id }: any): Promise<any> => (await desk.call('GET', `/api/holds/${id}`)).body;
  const taking = ({ id, token }: any, start: string): Record<string, unknown> =>
    desk.request(start, { holdId: id, holdToken: token });
  const refusal = ({ status, body }: TestAnswer): unknown[] => [status, body.error?.code, body.error?.details.reason];
  const reservations = async (): Promise<any[]> =>
    database.query(
      `select uid from sandbox.reservations r join sandbox.event_types t on t.id = r.event_type_id where t.id = $1`,
      [Number(desk.eventType.providerId)],
    );
  const claims = (id: string): Promise<any[]> => database.query('select * from time_claims where hold_id = $1', [id]);
  /** Lets time pass for one hold, by the database's clock. */
  const expire = async (id: string): Promise<void> => {
    await database.query(`update holds set expires_at = clock_timestamp() - interval '1 ms' where id = $1`, [id]);
    await database.query(`update time_claims set expires_at = clock_timestamp() - interval '1 ms' where hold_id = $1`, [
      id,
    ]);
  };

  it('keeps a start for its holder, here and at the provider, until it expires', async () => {
    const start = startAt(0, 9);
    const before = Date.now();
    const answer = await hold(start, { seconds: 60 });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(String),
      eventType: { id: desk.eventType.id, title: 'Haircut', providerId: desk.eventType.providerId },
      start,
      end: expect.any(String),
      expiresAt: expect.any(String),
      state: 'active',
      reserved: true,
      token: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(Date.parse(answer.body.end) - Date.parse(start)).toBe(30 * 60_000);
    const secondsLeft = (Date.parse(answer.body.expiresAt) - before) / 1000;
    expect(secondsLeft).toBeGreaterThan(55);
    expect(secondsLeft).toBeLessThan(65);
    const { token: _, ...shown } = answer.body;
    expect(await seen(answer.body)).toEqual(shown);
    expect(await reservations()).toHaveLength(1);
    const [{ body }] = await desk.calls('reservations.create');
    expect(body).toMatchObject({ reservationDuration: 1, slotStart: new Date(start).toISOString() });
  });

  it('is given to one of many who ask for the same start at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => hold(startAt(0, 9))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    for (const answer of answers.filter(({ status }) => status === 409)) {
      expect(refusal(answer)).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    }
    expect(await desk.calls('reservations.create')).toHaveLength(1);
  });

  it('keeps the start from bookings of others, and is used up by exactly one of its own', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    const claimed = await desk.book(desk.request(start));
    expect(refusal(claimed)).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    const evidence = expect.objectContaining({ by: 'hold', holdId: made.id, until: expect.any(String) });
    expect(claimed.body.error.details.reasons).toEqual([{ code: 'CLAIMED', certainty: 'known', evidence }]);
    const own = await Promise.all(Array.from({ length: 5 }, () => desk.book(taking(made, start))));
    expect(own.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    for (const answer of own.filter(({ status }) => status === 409)) {
      expect(refusal(answer)).toEqual([409, 'CONFLICT', 'HOLD_TAKEN']);
    }
    expect(await desk.atProvider()).toHaveLength(1);
    expect(await seen(made)).toMatchObject({ state: 'taken', reserved: false });
  });

  it('gives the same booking again to the same key, without being there any more', async () => {
    const start = startAt(0, 9);
    const [key, body] = [randomUUID(), taking(await held(start), start)];
    const first = await desk.book(body, key);
    const second = await desk.book(body, key);
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(second.body).toEqual(first.body);
  });

  it('is not looked for among the free times when it is booked, and leaves no reservation afterwards', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    const looks = (await desk.calls('slots.list')).length;
    expect((await desk.book(taking(made, start))).status).toBe(201);
    expect((await desk.calls('slots.list')).length).toBe(looks);
    await eventually(reservations, (left) => left.length === 0);
    expect(await claims(made.id)).toEqual([]);
  });

  it('is refused for a start that is not offered, with free times near it, and leaves nothing', async () => {
    const answer = await hold(startAt(0, 9, 7));
    expect(refusal(answer)).toEqual([409, 'SLOT_UNAVAILABLE', 'NOT_OFFERED']);
    expect(answer.body.error.details.alternatives).toHaveLength(3);
    expect(answer.body.error.details.alternatives[0].start).toBe(startAt(0, 9));
    // Its own claim is not in its way, and what else is nobody but the provider knows.
    expect(answer.body.error.details.reasons).toEqual([
      { code: 'BUSY_AT_PROVIDER', certainty: 'unknown', evidence: {} },
    ]);
    const taken = await desk.book(desk.request(startAt(0, 10)));
    expect(taken.status).toBe(201);
    const late = await hold(startAt(0, 10));
    expect(refusal(late)).toEqual([409, 'SLOT_UNAVAILABLE', 'NOT_OFFERED']);
    const evidence = expect.objectContaining({ appointmentId: taken.body.id });
    expect(late.body.error.details.reasons).toEqual([{ code: 'BOOKED_THROUGH_US', certainty: 'known', evidence }]);
    expect(await database.query('select id from holds where company_id = $1', [desk.company.companyId])).toEqual([]);
    expect(await desk.calls('reservations.create')).toEqual([]);
  });

  it('keeps the time of a host across event types, also where starts only overlap', async () => {
    const made = await desk.call('POST', '/api/event-types', {
      title: 'Colour',
      slug: `colour-${randomUUID().slice(0, 8)}`,
      lengthMinutes: 90,
    });
    const other = { ...desk.request(startAt(0, 9)), eventTypeId: made.body.id };
    const first = await held(startAt(0, 10));
    expect(refusal(await desk.book(other))).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    expect(refusal(await desk.call('POST', '/api/holds', { eventTypeId: made.body.id, start: startAt(0, 9) }))).toEqual(
      [409, 'SLOT_UNAVAILABLE', 'CLAIMED'],
    );
    expect((await desk.call('DELETE', `/api/holds/${first.id}`)).status).toBe(204);
    expect((await desk.book(other)).status).toBe(201);
  });

  it('frees both sides when it is ended, also when that is said twice', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    expect((await desk.call('DELETE', `/api/holds/${made.id}`)).status).toBe(204);
    expect((await desk.call('DELETE', `/api/holds/${made.id}`)).status).toBe(204);
    expect((await seen(made)).state).toBe('released');
    expect(refusal(await desk.book(taking(made, start)))).toEqual([409, 'CONFLICT', 'HOLD_RELEASED']);
    await eventually(reservations, (left) => left.length === 0);
    await eventually(
      () => hold(start),
      ({ status }) => status === 201,
    );
  });

  it('frees both sides when it expires, and cannot be taken any more', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    await expire(made.id);
    expect((await seen(made)).state).toBe('expired');
    expect(refusal(await desk.book(taking(made, start)))).toEqual([409, 'CONFLICT', 'HOLD_EXPIRED']);
    await eventually(reservations, (left) => left.length === 0);
    expect((await desk.book(desk.request(start))).status).toBe(201);
  });

  it('does not end with a booking that has it: that one is to be cancelled', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    expect((await desk.book(taking(made, start))).status).toBe(201);
    expect(refusal(await desk.call('DELETE', `/api/holds/${made.id}`))).toEqual([409, 'CONFLICT', 'HOLD_TAKEN']);
    expect(await desk.liveOn(start)).toHaveLength(1);
  });

  it('is for its own event type and start, and stays when it is taken for others', async () => {
    const start = startAt(0, 9);
    const made = await held(start);
    const later = await desk.book(taking(made, startAt(0, 11)));
    expect([later.status, later.body.error.details.fields]).toEqual([
      400,
      [{ field: 'start', reason: 'is not that of the hold' }],
    ]);
    const type = await desk.call('POST', '/api/event-types', { title: 'B', slug: 'b', lengthMinutes: 30 });
    const elsewhere = await desk.book({ ...taking(made, start), eventTypeId: type.body.id });
    expect(elsewhere.body.error.details.fields[0].field).toBe('eventTypeId');
    expect(await claims(made.id)).toHaveLength(1);
    expect((await desk.book(taking(made, start))).status).toBe(201);
  });

  it('is refused where the start is reserved by somebody else, and leaves nothing', async () => {
    const start = startAt(0, 9);
    await fetch(`${service.sandbox.url}/v2/slots/reservations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'cal-api-version': '2024-09-04' },
      body: JSON.stringify({ eventTypeId: Number(desk.eventType.providerId), slotStart: start }),
    });
    expect(refusal(await hold(start))).toEqual([409, 'SLOT_UNAVAILABLE', 'NOT_OFFERED']);
    expect(await database.query('select id from holds where company_id = $1', [desk.company.companyId])).toEqual([]);
  });

  it('is refused when somebody reserves the start between our look and our own reservation', async () => {
    const status = 422;
    const message = 'This time slot is already reserved by another user. Please choose a different time.';
    const body = { status: 'error', error: { code: 'UnprocessableEntityException', message } };
    await desk.scenario('answer', 'reservations.create', { status, body });
    const start = startAt(0, 9);
    const refused = await hold(start);
    expect(refusal(refused)).toEqual([409, 'SLOT_UNAVAILABLE', 'HOST_BUSY']);
    expect(refused.body.error.details.reasons).toEqual([
      { code: 'BUSY_AT_PROVIDER', certainty: 'known', evidence: {} },
    ]);
    expect(await held(start)).toMatchObject({ state: 'active', reserved: true });
  });

  it.each([
    ['error-before', 'slots.list', 503],
    ['rate-limited', 'reservations.create', 429],
  ])('is not half made when the provider cannot be asked (%s, %s)', async (fault, operation, status) => {
    await desk.scenario(fault, operation);
    expect((await hold(startAt(0, 9))).status).toBe(status);
    for (const table of ['holds', 'time_claims']) {
      const left = await database.query(`select id from ${table} where company_id = $1`, [desk.company.companyId]);
      expect(left).toEqual([]);
    }
  });

  it('stands without the reservation when only its answer was lost', async () => {
    const start = startAt(0, 9);
    await desk.scenario('answer-lost', 'reservations.create');
    expect(await held(start)).toMatchObject({ state: 'active', reserved: false });
    expect(refusal(await desk.book(desk.request(start)))).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
  });

  it('can be used again by the same request when its booking came to nothing', async () => {
    const start = startAt(0, 9);
    const [key, body] = [randomUUID(), taking(await held(start), start)];
    await desk.scenario('error-before', 'bookings.create');
    const first = await desk.book(body, key);
    expect([first.status, first.body.error?.details.reason]).toEqual([503, 'NOT_BOOKED']);
    expect(refusal(await desk.book(body))).toEqual([409, 'CONFLICT', 'HOLD_TAKEN']);
    const anew = await eventually(
      () => desk.book(body, key),
      ({ status }) => status !== 503,
    );
    expect([anew.status, anew.body.status]).toEqual([201, 'confirmed']);
    expect(await desk.atProvider()).toHaveLength(1);
  });

  it('keeps the time that its booking needs, also when the event type has become longer', async () => {
    const [first, second] = [await held(startAt(0, 9)), await held(startAt(0, 9, 30))];
    const longer = await desk.call('PATCH', `/api/event-types/${desk.eventType.id}`, { lengthMinutes: 60 });
    expect(longer.status).toBe(200);
    expect(refusal(await desk.book(taking(first, startAt(0, 9))))).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    expect((await seen(first)).state).toBe('active');
    expect((await desk.call('DELETE', `/api/holds/${second.id}`)).status).toBe(204);
    const booked = await desk.book(taking(first, startAt(0, 9)));
    expect([booked.status, Date.parse(booked.body.end) - Date.parse(booked.body.start)]).toEqual([201, 3_600_000]);
  });

  it('has its reservation ended later when the provider does not answer at once', async () => {
    const made = await held(startAt(0, 9), { seconds: 900 });
    await desk.scenario('error-before', 'reservations.delete');
    expect((await desk.call('DELETE', `/api/holds/${made.id}`)).status).toBe(204);
    await eventually(reservations, (left) => left.length === 0);
    expect(await desk.calls('reservations.delete')).toHaveLength(2);
  });

  it('is made once for an Idempotency-Key, whose repeats are told the same, with the token', async () => {
    const start = startAt(0, 9);
    const body = { eventTypeId: desk.eventType.id, start };
    const ask = (more: object = {}): Promise<TestAnswer> =>
      desk.call('POST', '/api/holds', { ...body, ...more }, { 'idempotency-key': 'one' });
    const together = await Promise.all([ask(), ask(), ask()]);
    const first = together.find(({ status }) => status === 201)!;
    for (const { status, body: other } of together) {
      expect(status === 201 ? other : other.error.code).toEqual(status === 201 ? first.body : 'IDEMPOTENCY_KEY_IN_USE');
    }
    const again = await ask();
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
    const other = await ask({ seconds: 60 });
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await desk.calls('reservations.create')).toHaveLength(1);
    expect((await desk.book(taking(again.body, start))).status).toBe(201);
  });

  it('does not stand in the way of its own repeat when its process died while making it', async () => {
    const start = startAt(0, 9);
    const ask = (): Promise<TestAnswer> =>
      desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start }, { 'idempotency-key': 'again' });
    const first = await ask();
    // As such a process leaves it: claimed, not reserved yet, not answered.
    await database.query(
      `update idempotency_keys set status = 'running', sealed_response = null, locked_until = clock_timestamp()
       where resource_id = $1`,
      [first.body.id],
    );
    await database.query('delete from sandbox.reservations where event_type_id = $1', [
      Number(desk.eventType.providerId),
    ]);
    const second = await ask();
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(refusal(await desk.book(taking(first.body, start)))).toEqual([404, 'NOT_FOUND', undefined]);
    expect((await desk.book(taking(second.body, start))).status).toBe(201);
  });

  it('can be made with the same key once what was in the way has gone', async () => {
    const start = startAt(0, 9);
    const first = await held(start);
    const ask = (): Promise<TestAnswer> =>
      desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start }, { 'idempotency-key': 'later' });
    expect(refusal(await ask())).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    expect((await desk.call('DELETE', `/api/holds/${first.id}`)).status).toBe(204);
    await eventually(ask, ({ status }) => status === 201);
  });

  it.each([{ seconds: 29 }, { seconds: 901 }, { seconds: 60.5 }, { seconds: '60' }, { until: 1 }])(
    'is not made with %j',
    async (more) => {
      expect((await hold(startAt(0, 9), more)).status).toBe(400);
    },
  );
});
