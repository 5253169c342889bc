import { randomUUID } from 'node:crypto';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

const statuses = (answers: TestAnswer[]): number[] => answers.map(({ status }) => status).sort();

describe('many who want the same time at once, at two replicas', () => {
  let first: TestService;
  let second: TestService;
  let desk: Desk;

  beforeAll(async () => {
    first = await startTestService();
    const { encryptionKeys, adminApiKey } = first.config;
    second = await startTestService({
      databaseUrl: first.databaseUrl,
      sandbox: first.sandbox,
      config: { encryptionKeys, adminApiKey },
    });
  });
  beforeEach(async () => {
    desk = await Desk.open(first);
  });
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
  });

  /** Everybody has a key and a name of their own, and every second one asks the other replica. */
  const all = (wishes: Record<string, unknown>[]): Promise<TestAnswer[]> =>
    Promise.all(
      wishes.map((wish, index) =>
        (index % 2 ? first : second).call('POST', '/api/bookings', {
          key: desk.company.secretKey,
          body: { ...wish, attendee: person(index) },
          headers: { 'idempotency-key': randomUUID() },
        }),
      ),
    );
  const freeOn = (day: number): string => {
    const [start, end] = [startAt(day, 8), startAt(day, 18)].map(encodeURIComponent);
    return `eventTypeId=${desk.eventType.id}&start=${start}&end=${end}&timeZone=Europe%2FBerlin`;
  };
  const person = (index: number): object => ({
    name: `Guest ${index}`,
    email: `guest-${index}@customer.example`,
    timeZone: 'Europe/Berlin',
  });

  it('get one booking of 50 for one start', async () => {
    const answers = await all(Array.from({ length: 50 }, () => desk.request(startAt(0, 9))));
    expect(statuses(answers)).toEqual([201, ...Array<number>(49).fill(409)]);
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ body }) => body.error.code))).toEqual(
      new Set(['SLOT_UNAVAILABLE']),
    );
    expect(await desk.liveOn(startAt(0, 9))).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    const claimed = refused.filter(({ body }) => body.error.details.reason === 'CLAIMED');
    expect(claimed.length).toBeGreaterThan(0);
    for (const { body } of claimed) expect(body.error.details.alternatives).toHaveLength(3);
    // Two replicas, and few looks for all of them.
    expect((await desk.calls('slots.list')).length).toBeLessThan(20);
  });

  it('get one booking of 50 for overlapping starts of one host', async () => {
    // 10:00 to 10:28: every two of them overlap, and the provider would let several in.
    const wishes = Array.from({ length: 50 }, (_, index) => desk.request(startAt(1, 10, index % 29)));
    const answers = await all(wishes);
    expect(statuses(answers).filter((status) => status === 201)).toHaveLength(1);
    expect(new Set(statuses(answers))).toEqual(new Set([201, 409]));
    expect(await desk.liveOn(startAt(1, 10))).toHaveLength(1);
  });

  it('get one booking of two event types of one host', async () => {
    const body = { title: 'Colour', slug: `colour-${randomUUID().slice(0, 8)}`, lengthMinutes: 45 };
    const other = await first.call('POST', '/api/event-types', { key: desk.company.secretKey, body });
    const answers = await all([
      desk.request(startAt(2, 9)),
      { ...desk.request(startAt(2, 9, 10)), eventTypeId: other.body.id },
      desk.request(startAt(2, 9, 20)),
      { ...desk.request(startAt(2, 9, 5)), eventTypeId: other.body.id },
    ]);
    expect(statuses(answers)).toEqual([201, 409, 409, 409]);
    expect(await desk.liveOn(startAt(2, 9))).toHaveLength(1);
  });

  it('get one booking where two companies name one account by its address and by the default', async () => {
    const twin = await first.createCompany();
    const connection = { provider: 'calcom-v2', apiKey: desk.company.providerKey };
    const path = `/api/companies/${twin.companyId}/connections`;
    await first.call('PUT', path, { key: first.adminKey, body: connection });
    await first.call('POST', '/api/event-types/sync', { key: twin.secretKey });
    const { data } = (await first.call('GET', '/api/event-types', { key: twin.secretKey })).body;
    const same = data.find(({ providerId }: any) => providerId === desk.eventType.providerId);
    const wish = desk.request(startAt(7, 9, 15), { eventTypeId: same.id, attendee: person(99) });
    const [mine, theirs] = await Promise.all([
      desk.book(desk.request(startAt(7, 9))),
      first.call('POST', '/api/bookings', {
        key: twin.secretKey,
        body: wish,
        headers: { 'idempotency-key': randomUUID() },
      }),
    ]);
    expect(statuses([mine, theirs])).toEqual([201, 409]);
    expect(await desk.liveOn(startAt(7, 9))).toHaveLength(1);
  });

  it('keep the buffers of a type free while a booking is under way', async () => {
    const body = {
      title: 'Colour',
      slug: `buffered-${randomUUID().slice(0, 8)}`,
      lengthMinutes: 30,
      afterBufferMinutes: 15,
    };
    const buffered = await first.call('POST', '/api/event-types', { key: desk.company.secretKey, body });
    await desk.scenario('slow', 'bookings.create', { delayMs: 800 });
    const answers = await all([
      { ...desk.request(startAt(3, 9)), eventTypeId: buffered.body.id },
      desk.request(startAt(3, 9, 40)),
    ]);
    expect(statuses(answers)).toEqual([201, 409]);
  });

  it('are kept from the time that a booking is being moved to', async () => {
    const { body } = await desk.book(desk.request(startAt(6, 9)));
    await desk.scenario('slow', 'bookings.reschedule', { delayMs: 1_000 });
    const moving = desk.change(body.id, 'reschedule', { start: startAt(6, 11) });
    const claimed = await eventually(
      () => first.call('GET', `/api/availability?${freeOn(6)}`, { key: desk.company.secretKey }),
      (answer) => !answer.text.includes(`"start":"${startAt(6, 11)}"`),
    );
    expect(claimed.text).toContain(`"start":"${startAt(6, 10)}"`);
    const answers = await all([desk.request(startAt(6, 11, 10)), desk.request(startAt(6, 10, 45))]);
    expect(answers.map(({ body: { error } }) => error.details.reason)).toEqual(['CLAIMED', 'CLAIMED']);
    const moved = { by: 'change', appointmentId: body.id, from: startAt(6, 11), to: startAt(6, 11, 30) };
    for (const answer of answers) {
      const [reason] = answer.body.error.details.reasons;
      expect(reason).toEqual({ code: 'CLAIMED', certainty: 'known', evidence: expect.objectContaining(moved) });
    }
    expect((await moving).status).toBe(200);
    // Its old time is free, also where it overlaps the new one.
    const back = await desk.change(body.id, 'reschedule', { start: startAt(6, 11, 15) });
    expect([back.status, back.body.start]).toEqual([200, startAt(6, 11, 15)]);
    expect(await desk.liveOn(startAt(6, 11))).toHaveLength(1);
  });

  it('are all served where they do not meet', async () => {
    const wishes = Array.from({ length: 8 }, (_, index) => desk.request(startAt(4, 9 + index)));
    expect(statuses(await all(wishes.slice(0, 7)))).toEqual(Array(7).fill(201));
  });

  it('are booked one after another where only the answer names the host: as many as there are hosts', async () => {
    const colleague = await first.createCompany();
    const team = await SalonTeam.found(first, desk.company, colleague);
    await team.type('whoever', 'roundRobin');
    const type = (await syncedTypes(first, desk.company)).get('whoever');
    const wishes = Array.from({ length: 5 }, () => ({ ...desk.request(startAt(5, 9)), eventTypeId: type.id }));
    const answers = await all(wishes);
    expect(statuses(answers)).toEqual([201, 201, 409, 409, 409]);
    const hosts = answers.filter(({ status }) => status === 201).map(({ body }) => body.staff[0].id);
    expect(new Set(hosts).size).toBe(2);
  });
});

describe('a time that is taken', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it('is refused with the reasons that explain gives, up to three free times near it, and repeated alike', async () => {
    const { body: first } = await desk.book(desk.request(startAt(0, 9)));
    await desk.book(desk.request(startAt(0, 10)));
    const [key, wish] = [randomUUID(), desk.request(startAt(0, 9), { notes: 'the same time' })];
    const refused = await desk.book(wish, key);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    const { reason, reasons, alternatives } = refused.body.error.details;
    expect(reason).toBe('HOST_BUSY');
    const evidence = {
      appointmentId: first.id,
      status: 'confirmed',
      from: startAt(0, 9),
      to: startAt(0, 9, 30),
    };
    expect(reasons).toEqual([{ code: 'BOOKED_THROUGH_US', certainty: 'known', evidence }]);
    const query = new URLSearchParams({ eventTypeId: desk.eventType.id, start: startAt(0, 9) });
    const explained = await desk.call('GET', `/api/availability/explain?${query}`);
    expect(reasons).toEqual(explained.body.reasons);
    expect(alternatives).toEqual([
      { start: startAt(0, 9, 30), end: startAt(0, 10) },
      { start: startAt(0, 10, 30), end: startAt(0, 11) },
      { start: startAt(0, 11), end: startAt(0, 11, 30) },
    ]);
    const again = await desk.book(wish, key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([409, 'true']);
    expect(again.body.error.details).toEqual(refused.body.error.details);
    const taken = await desk.book(desk.request(startAt(0, 9, 30)));
    expect(taken.status).toBe(201);
  });

  it('is explained to a page without ids and without the times of others', async () => {
    await desk.book(desk.request(startAt(1, 9)));
    const refused = await service.call('POST', '/api/bookings', {
      key: desk.company.publishableKey,
      headers: { 'idempotency-key': randomUUID(), origin: 'https://book.salon.example' },
      body: desk.request(startAt(1, 9)),
    });
    expect(refused.status).toBe(409);
    expect(refused.body.error.details.reasons).toEqual([
      { code: 'BOOKED_THROUGH_US', certainty: 'known', evidence: {} },
    ]);
  });

  it('is refused to a booking that is moved there in the same words, and its own time is no reason', async () => {
    const [{ body: moved }, { body: other }] = [
      await desk.book(desk.request(startAt(2, 9))),
      await desk.book(desk.request(startAt(2, 9, 30))),
    ];
    // Overlaps both.
    const refused = await desk.change(moved.id, 'reschedule', { start: startAt(2, 9, 15) });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    const evidence = { appointmentId: other.id, status: 'confirmed', from: startAt(2, 9, 30), to: startAt(2, 10) };
    expect(refused.body.error.details).toEqual({
      reason: 'HOST_BUSY',
      reasons: [{ code: 'BOOKED_THROUGH_US', certainty: 'known', evidence }],
    });
  });

  it.each([
    ['booking_limit_reached', 'LIMIT_REACHED', 'TYPE_LIMIT'],
    ['The event type can\'t be booked at the "start" time provided.', 'OUTSIDE_BOOKING_WINDOW', 'BOOKING_WINDOW'],
  ])(
    'names the same reasons where the provider refuses the time for another cause: %s',
    async (message, reason, code) => {
      const body = { status: 'error', error: { code: 'BadRequestException', message } };
      await desk.scenario('answer', 'bookings.create', { status: 400, body });
      const refused = await desk.book(desk.request(startAt(3, 9)));
      expect([refused.status, refused.body.error.code]).toEqual([422, 'BOOKING_REFUSED']);
      const { details } = refused.body.error;
      expect(details).toEqual({ reason, reasons: [{ code, certainty: 'known', evidence: {} }] });
    },
  );
});
