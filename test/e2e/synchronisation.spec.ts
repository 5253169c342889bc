import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { BookingReconciliation } from '../../src/features/bookings/booking-reconciliation.service';
import { type SweepReport, SynchronisationService } from '../../src/features/synchronisation/synchronisation.service';
import { ProviderDirectory } from '../../src/scheduling/provider-directory';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestService } from '../support/service';

/** What looks found, in the order of this file's expectations. */
const found = (report: SweepReport | undefined) =>
  report && [report.outcome, report.drift, report.healed, report.failed];

const utc = (start: string): string => new Date(start).toISOString();

describe('a look at the bookings that changed', () => {
  let service: TestService;
  let desk: Desk;
  let provider: ProviderSide;
  let looks: SynchronisationService;

  beforeAll(async () => {
    // A provider that says nothing is not waited for, and an unknown outcome is given up within seconds.
    service = await startTestService({
      calcom: { timeoutMs: 5_000, retryAttempts: 0 },
      bookings: { deadlineMs: 1_500, settleMs: 1_500 },
    });
    looks = service.app.get(SynchronisationService);
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
    provider = new ProviderSide(service, desk.company);
    await desk.scenario('webhook-lost', undefined, { times: 10_000 });
  });
  afterAll(() => service?.stop());

  const look = () => looks.sweepBookings(desk.company.connectionId);
  const book = (start: string, email: string) =>
    provider.book(Number(desk.eventType.providerId), utc(start), { email });
  const listed = async (email: string): Promise<any[]> =>
    (await desk.call('GET', `/api/bookings?attendeeEmail=${email}`)).body.data;

  it('makes an appointment of one that was made at the provider, once', async () => {
    await book(startAt(0, 9), 'missed@customer.example');
    expect(await listed('missed@customer.example')).toEqual([]);
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    const [made, ...more] = await listed('missed@customer.example');
    expect([made.status, made.start, more]).toEqual(['confirmed', startAt(0, 9), []]);
    expect(found(await look())).toEqual(['done', 0, 0, 0]);
    expect(await listed('missed@customer.example')).toEqual([made]);
  });

  it('follows what was moved twice and cancelled, under the permanent id of our own booking', async () => {
    const { body: ours } = await desk.book(desk.request(startAt(0, 9)));
    expect(found(await look())).toEqual(['done', 0, 0, 0]);
    const [first] = await desk.atProvider();
    const second = await provider.change(first.uid, 'reschedule', { start: utc(startAt(1, 10)) });
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    const state = async () => (await desk.call('GET', `/api/bookings/${ours.id}`)).body;
    expect(await state()).toMatchObject({ status: 'confirmed', start: startAt(1, 10) });

    const third = await provider.change(second.uid, 'reschedule', { start: utc(startAt(2, 11)) });
    await provider.change(third.uid, 'cancel', { cancellationReason: 'ill' });
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    expect(await state()).toMatchObject({ status: 'cancelled', start: startAt(2, 11), cancellationReason: 'ill' });
    expect((await desk.call('GET', '/api/bookings')).body.data).toHaveLength(1);
    expect(found(await look())).toEqual(['done', 0, 0, 0]);
  });

  it('makes one appointment of a chain of moves that it never heard of', async () => {
    const first = await book(startAt(0, 9), 'chain@customer.example');
    const second = await provider.change(first.uid, 'reschedule', { start: utc(startAt(1, 10)) });
    await provider.change(second.uid, 'reschedule', { start: utc(startAt(2, 11)) });
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    const all = await listed('chain@customer.example');
    expect(all.map(({ status, start }) => [status, start])).toEqual([['confirmed', startAt(2, 11)]]);
    expect(await desk.calls('bookings.get')).toEqual([]);
  });

  it('keeps one appointment of a move whose halves are on different pages', async () => {
    const first = await book(startAt(0, 9), 'torn@customer.example');
    await provider.change(first.uid, 'reschedule', { start: utc(startAt(1, 10)) });
    const connection = { id: desk.company.connectionId, companyId: desk.company.companyId };
    const port = await service.app.get(ProviderDirectory).forConnection(connection.id);
    const { items } = await port.bookingsChangedSince(Date.now() - 60_000);
    expect(items).toHaveLength(2);
    const reconciliation = service.app.get(BookingReconciliation);
    for (const item of [...items, ...items.toReversed()]) await reconciliation.reconcile(connection, [item]);
    const all = await listed('torn@customer.example');
    expect(all.map(({ status, start }) => [status, start])).toEqual([['confirmed', startAt(1, 10)]]);
  });

  it('does not take a moved booking for cancelled where servers say so of its former uid, and no more', async () => {
    const first = await book(startAt(0, 9), 'former@customer.example');
    await provider.change(first.uid, 'reschedule', { start: utc(startAt(1, 10)) });
    await look();
    const connection = { id: desk.company.connectionId, companyId: desk.company.companyId };
    const port = await service.app.get(ProviderDirectory).forConnection(connection.id);
    const { rescheduledToUid, ...former } = await port.getBooking(first.uid);
    expect([former.status, rescheduledToUid]).toEqual(['cancelled', expect.any(String)]);
    const later = { ...former, updatedAtMs: Date.now() };
    const counts = await service.app.get(BookingReconciliation).reconcile(connection, [later]);
    expect(counts).toEqual({ looked: 1, drift: 0, healed: 0, failed: 0 });
    expect((await listed('former@customer.example')).map(({ status }) => status)).toEqual(['confirmed']);
  });

  it('finds the appointment of a booking that was moved twice unheard', async () => {
    const first = await book(startAt(0, 9), 'far@customer.example');
    await look();
    const [known] = await listed('far@customer.example');
    const second = await provider.change(first.uid, 'reschedule', { start: utc(startAt(1, 10)) });
    const third = await provider.change(second.uid, 'reschedule', { start: utc(startAt(2, 11)) });
    const connection = { id: desk.company.connectionId, companyId: desk.company.companyId };
    const port = await service.app.get(ProviderDirectory).forConnection(connection.id);
    const last = await port.getBooking(third.uid);
    const counts = await service.app.get(BookingReconciliation).reconcile(connection, [last]);
    expect(counts).toEqual({ looked: 1, drift: 1, healed: 1, failed: 0 });
    const all = await listed('far@customer.example');
    expect(all.map(({ id, start }) => [id, start])).toEqual([[known.id, startAt(2, 11)]]);
    expect(found(await look())).toEqual(['done', 0, 0, 0]);
  });

  it('begins two minutes before the latest change it has seen, and a day before the connection at first', async () => {
    await book(startAt(0, 9), 'overlap@customer.example');
    await look();
    await look();
    const [at] = await desk.atProvider();
    const since = (await desk.calls('bookings.list'))
      .map(({ query }) => Date.parse(query.afterUpdatedAt))
      .filter((ms) => !Number.isNaN(ms));
    expect(since).toHaveLength(2);
    expect(Date.now() - since[0]!).toBeGreaterThan(86_400_000 + 120_000 - 60_000);
    expect(Date.now() - since[0]!).toBeLessThan(86_400_000 + 120_000 + 60_000);
    // A millisecond more, because some servers take the bound as exclusive.
    expect(Date.parse(at.updatedAt) - since[1]!).toBe(120_001);
  });

  it('whose turn was taken over meanwhile moves nothing on', async () => {
    await book(startAt(0, 9), 'frozen@customer.example');
    await desk.scenario('slow', 'bookings.list', { delayMs: 1_000 });
    const place = () =>
      service.app
        .get(DataSource)
        .query(
          `select changed_since, fence, last_success_at from sync_states where connection_id = $1 and kind = 'bookings'`,
          [desk.company.connectionId],
        );
    const frozen = look();
    const [begun] = await eventually(place, ([row]) => row?.changed_since);
    await service.app
      .get(DataSource)
      .query(`update sync_states set fence = fence + 1 where connection_id = $1 and kind = 'bookings'`, [
        desk.company.connectionId,
      ]);
    expect(await frozen).toMatchObject({ outcome: 'failed', error: 'TAKEN_OVER' });
    const [after] = await place();
    expect([after.changed_since, after.last_success_at]).toEqual([begun.changed_since, null]);
  });

  it('changes nothing by a word that is older than ours', async () => {
    const { body: ours } = await desk.book(desk.request(startAt(0, 9)));
    const connection = { id: desk.company.connectionId, companyId: desk.company.companyId };
    const port = await service.app.get(ProviderDirectory).forConnection(connection.id);
    const { items: old } = await port.bookingsChangedSince(Date.now() - 60_000);
    expect((await desk.change(ours.id, 'cancel', { reason: 'ill' })).body.status).toBe('cancelled');
    const counts = await service.app.get(BookingReconciliation).reconcile(connection, old);
    expect(counts).toEqual({ looked: 1, drift: 0, healed: 0, failed: 0 });
    expect((await desk.call('GET', `/api/bookings/${ours.id}`)).body.status).toBe('cancelled');
  });

  it('takes back what appeared after its saga had come to nothing, counts it, and then leaves it alone', async () => {
    await desk.scenario('error-before', 'bookings.create');
    const answer = await desk.book(desk.request(startAt(0, 9)), randomUUID(), { prefer: 'wait=1' });
    const sent = (await desk.calls('bookings.create')).at(-1).body;
    await eventually(
      () =>
        service.app.get(DataSource).query('select status from sagas where company_id = $1', [desk.company.companyId]),
      ([saga]) => saga.status === 'compensated',
    );
    const strays = await metric('slotbridge_stray_bookings_total');
    const late = await fetch(`${service.sandbox.url}/v2/bookings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${desk.company.providerKey}`,
        'cal-api-version': '2024-08-13',
        'content-type': 'application/json',
      },
      body: JSON.stringify(sent),
    });
    expect(late.status).toBe(201);

    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    const [booking] = await eventually(
      () => desk.atProvider(),
      ([made]) => made.status === 'cancelled',
    );
    expect(booking.start.slice(0, 16)).toBe(utc(startAt(0, 9)).slice(0, 16));
    expect(found(await look())).toEqual(['done', 0, 0, 0]);
    expect(await metric('slotbridge_stray_bookings_total')).toBe(strays + 1);
    expect((await desk.call('GET', '/api/bookings')).body.data).toEqual([]);
    expect((await desk.call('GET', `/api/bookings/${answer.body.id}`)).status).toBe(404);
  });

  it('leaves a booking whose saga is under way to it', async () => {
    await desk.scenario('effect-late', 'bookings.create', { delayMs: 300 });
    const booking = desk.book(desk.request(startAt(0, 9)), randomUUID());
    await eventually(
      () => desk.atProvider(),
      (all) => all.length === 1,
    );
    const report = await look();
    expect(report).toMatchObject({ outcome: 'done', failed: 0 });
    const { body } = await booking;
    await eventually(
      () => desk.call('GET', `/api/bookings/${body.id}`),
      (answer) => answer.body.status === 'confirmed',
    );
    expect((await desk.atProvider()).map(({ status }) => status)).toEqual(['accepted']);
    expect((await desk.call('GET', '/api/bookings')).body.data).toHaveLength(1);
  });

  it('reads a long list in several looks of three calls, and misses nothing', async () => {
    const starts: string[] = [];
    for (let day = 0; starts.length < 305; day++) {
      for (let half = 0; half < 16; half++) starts.push(startAt(day, 9 + Math.floor(half / 2), 30 * (half % 2)));
    }
    for (const start of starts) await book(start, 'many@customer.example');
    const before = (await desk.calls('bookings.list')).length;
    expect((await look())!.outcome).toBe('more');
    expect(await desk.calls('bookings.list')).toHaveLength(before + 3);
    expect((await look())!.outcome).toBe('done');
    // Behind the last page that was settled, not from the beginning.
    expect(await desk.calls('bookings.list')).toHaveLength(before + 4);
    const count = await service.app
      .get(DataSource)
      .query(
        'select count(distinct starts_at)::integer as n, count(*)::integer as all from appointments where company_id = $1',
        [desk.company.companyId],
      );
    expect(count).toEqual([{ n: starts.length, all: starts.length }]);
    // All of it was made within the overlap.
    expect([found(await look()), found(await look())]).toEqual([
      ['more', 0, 0, 0],
      ['done', 0, 0, 0],
    ]);
  }, 60_000);

  it('is made by one replica at a time, and taken over from one that is dead', async () => {
    const other = await startTestService({
      databaseUrl: service.databaseUrl,
      sandbox: service.sandbox,
      config: { encryptionKeys: service.config.encryptionKeys },
    });
    try {
      const elsewhere = other.app.get(SynchronisationService);
      await book(startAt(0, 9), 'once@customer.example');
      const before = (await desk.calls('bookings.list')).length;
      await desk.scenario('slow', 'bookings.list', { delayMs: 1_000 });
      const both = await Promise.all([look(), elsewhere.sweepBookings(desk.company.connectionId)]);
      expect(both.filter((report) => report !== undefined).map(found)).toEqual([['done', 1, 1, 0]]);
      expect(await desk.calls('bookings.list')).toHaveLength(before + 1);

      const owner = (id: string) =>
        service.app.get(DataSource).query(
          `update sync_states set owner = $2, owned_until = clock_timestamp() + interval '3 minutes'
             where connection_id = $1 and kind = 'bookings'`,
          [desk.company.connectionId, id],
        );
      const [alive] = await service.app.get(DataSource).query('select id from replicas limit 1');
      await owner(alive.id);
      expect(await elsewhere.sweepBookings(desk.company.connectionId)).toBeUndefined();
      await owner(randomUUID());
      expect(found(await elsewhere.sweepBookings(desk.company.connectionId))).toEqual(['done', 0, 0, 0]);
    } finally {
      await other.stop();
    }
  });

  it('remembers a failure, keeps its place, and goes on from there', async () => {
    await book(startAt(0, 9), 'later@customer.example');
    await desk.scenario('error-before', 'bookings.list', { status: 503 });
    expect(found(await look())).toEqual(['failed', 0, 0, 0]);
    const state = await looks.stateOf(desk.company.companyId);
    expect(state).toMatchObject({ lastRunAt: expect.any(Date), driftFound: 0, healed: 0 });
    expect(state.lastSuccessAt).toBeUndefined();
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    expect(await looks.stateOf(desk.company.companyId)).toMatchObject({
      lastSuccessAt: expect.any(Date),
      driftFound: 1,
      healed: 1,
    });
    const health = await desk.call('GET', '/api/health/calcom');
    expect(health.body.synchronisation).toEqual({
      lastRunAt: expect.stringMatching(/^2/),
      lastSuccessAt: expect.stringMatching(/^2/),
      driftFound: 1,
      healed: 1,
      oldestPendingAt: null,
    });
    expect((await service.call('GET', '/api/health/calcom')).body).not.toHaveProperty('synchronisation');
  });

  it('reads what could not be recorded again, and lets nothing else wait for it', async () => {
    const database = service.app.get(DataSource);
    const refuse = `alter table appointments add constraint refused check (attendee_email <> 'refused@customer.example')`;
    await database.query(refuse);
    try {
      await book(startAt(0, 9), 'refused@customer.example');
      await book(startAt(0, 10), 'accepted@customer.example');
      expect(found(await look())).toEqual(['failed', 2, 1, 1]);
      expect(found(await look())).toEqual(['failed', 1, 0, 1]);
      expect(await listed('accepted@customer.example')).toHaveLength(1);
    } finally {
      await database.query('alter table appointments drop constraint refused');
    }
    expect(found(await look())).toEqual(['done', 1, 1, 0]);
    expect(await listed('refused@customer.example')).toHaveLength(1);
  });

  it('makes its calls in the background', async () => {
    await book(startAt(0, 9), 'lane@customer.example');
    const [interactive, background] = [await waits('interactive'), await waits('background')];
    await look();
    await looks.syncEventTypes(desk.company.connectionId);
    expect(await waits('interactive')).toBe(interactive);
    expect(await waits('background')).toBeGreaterThan(background + 1);
  });

  it('of the event types brings their names and keeps our ids', async () => {
    await provider.eventType('fresh');
    expect(await looks.syncEventTypes(desk.company.connectionId)).toBe('done');
    const { body } = await desk.call('GET', '/api/event-types');
    expect(body.data.map(({ slug }: any) => slug)).toContain('fresh');
    expect(body.data.map(({ id }: any) => id)).toContain(desk.eventType.id);
  });

  async function metric(name: string): Promise<number> {
    const { text } = await service.call('GET', '/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ')[1] ?? 0);
  }

  const waits = (lane: string): Promise<number> => metric(`slotbridge_pace_wait_seconds_count{lane="${lane}"}`);
});
