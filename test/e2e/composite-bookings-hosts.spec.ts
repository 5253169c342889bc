import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startAt } from '../fixtures/bookings/desk';
import { has, placesOf } from '../fixtures/composite-bookings/places-of';
import { COLOUR, startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { Listening } from '../fixtures/outgoing-events/listening';
import { Receiver } from '../fixtures/outgoing-events/receiver';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

/** Longer than what follows a cancellation of ours is taken for a part of it. */
const LONG_AFTER = '20 minutes';

describe('a visit, its hosts, and the noes that it is told', () => {
  let service: TestService;
  let receiver: Receiver;
  let visits: Visits;
  let host: ProviderSide;
  /** Of a quarter of an hour, by the same person. */
  let shortType: string;

  beforeAll(async () => {
    service = await startTestService();
    receiver = await new Receiver().start();
    visits = await Visits.open(service);
    host = new ProviderSide(service, visits.salon.company);
    shortType = (await visits.salon.typeOf(visits.salon.maria, 15)).id;
    await new Listening(service, visits.salon.company).endpoint(receiver.url('/events'));
  });
  afterEach(async () => {
    // Every fault was met: none is left for the next one.
    const { body } = await service.sandboxCall('GET', '/_sandbox/scenarios');
    expect(body.filter(({ remaining }: any) => remaining > 0)).toEqual([]);
  });
  afterAll(async () => {
    await service?.stop();
    await receiver?.stop();
  });

  const is = (id: string, status: string) =>
    eventually(
      async () => (await visits.get(id)).body,
      (visit) => visit.status === status,
    );
  const settled = () =>
    eventually(
      async () => (await visits.salon.call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
  const isReplayed = ({ headers }: TestAnswer): boolean => headers.get('idempotency-replayed') === 'true';
  const refusal = ({ status, body }: TestAnswer): unknown[] => [status, body.error?.code, body.error?.details.reason];
  const calls = async (operation: string): Promise<any[]> => {
    const query = `key=${visits.salon.company.providerKey}&operation=${operation}`;
    return (await service.sandboxCall('GET', `/_sandbox/calls?${query}`)).body;
  };
  const eventsOf = (id: string, type: string): any[] =>
    receiver.at('/events').filter(({ event }) => event.type === type && JSON.stringify(event).includes(id));
  const hold = (start: string) => visits.salon.ok('POST', '/api/holds', { eventTypeId: shortType, start });
  const release = async ({ id }: any): Promise<void> => {
    expect((await visits.salon.call('DELETE', `/api/holds/${id}`)).status).toBe(204);
  };
  /** The provider says no for good. */
  const refuseToCancel = (times: number) => {
    const error = { code: 'BadRequestException', message: 'This event type does not allow cancellations' };
    return visits.scenario('answer', 'bookings.cancel', { times, status: 400, body: { status: 'error', error } });
  };
  const uidAt = async (start: string): Promise<string> => {
    const own = (await visits.atProvider()).find((booking) => Date.parse(booking.start) === Date.parse(start));
    return own.uid;
  };

  describe('whose very first call is refused', () => {
    it('is told which segment it was and what can be booked instead at once, the same for the same key, and its timeline tells it', async () => {
      const key = randomUUID();
      await visits.scenario('conflict', 'bookings.create');
      const made = (await calls('bookings.create')).length;
      const refused = await visits.book({ start: startAt(0, 9) }, key);
      expect(refusal(refused)).toEqual([409, 'SLOT_UNAVAILABLE', 'HOST_BUSY']);
      const { segment, alternatives } = refused.body.error.details;
      expect(segment).toMatchObject({ index: COLOUR.length - 1, name: 'Cut' });
      expect(alternatives.length).toBeGreaterThan(0);
      expect(await visits.liveOn(0)).toEqual([]);
      expect(await calls('bookings.create')).toHaveLength(made + 1);

      const { data } = await visits.salon.ok('GET', '/api/composite-bookings?status=compensated');
      expect(data.map(({ start }: any) => start)).toEqual([startAt(0, 9)]);
      const { body } = await visits.get(data[0].id);
      expect(body.status).toBe('compensated');
      expect(body.segments.map(({ status }: any) => status)).toEqual(['not_booked', 'not_booked', 'not_booked']);
      expect(body.timeline.map(({ what, segmentName }: any) => [what, segmentName])).toEqual([
        ['intended', 'Cut'],
        ['refused', 'Cut'],
        ['compensated', undefined],
      ]);

      const repeated = await visits.book({ start: startAt(0, 9) }, key);
      expect([repeated.status, isReplayed(repeated)]).toEqual([409, true]);
      expect(repeated.body.error.details).toEqual(refused.body.error.details);
      expect(await calls('bookings.create')).toHaveLength(made + 1);

      const [{ optionId }] = alternatives;
      const other = await visits.book({ optionId });
      expect([other.status, other.body.status]).toEqual([201, 'confirmed']);
      expect(await visits.liveOn(0)).toEqual(startsOf(other.body));
    });
  });

  describe('that was refused because of somebody else', () => {
    const isFreeAgain = async (book: (key: string) => Promise<TestAnswer>, free: () => Promise<unknown>) => {
      const key = randomUUID();
      const refused = await book(key);
      expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
      await free();
      const repeated = await book(key);
      expect([refusal(repeated), isReplayed(repeated)]).toEqual([refusal(refused), true]);
      expect(repeated.body.error.details).toEqual(refused.body.error.details);
      // The provider's reservation of a hold that was released ends in the background.
      const anew = await eventually(
        () => book(randomUUID()),
        ({ status }) => status === 201,
      );
      expect([anew.status, isReplayed(anew)]).toEqual([201, false]);
      const still = await book(key);
      expect([refusal(still), isReplayed(still)]).toEqual([refusal(refused), true]);
    };

    it('by a hold stays refused for its key when the hold is released, and another key books it', async () => {
      const start = startAt(1, 9);
      const held = await hold(start);
      await isFreeAgain(
        (key) => visits.book({ start }, key),
        () => release(held),
      );
      expect(await visits.liveOn(1)).toHaveLength(COLOUR.length);
    });

    it('by a booking at the provider stays refused for its key when that is cancelled, and another key books it', async () => {
      const start = startAt(2, 9);
      const type = (await visits.salon.typeOf(visits.salon.maria, 15)).providerId;
      const { uid } = await host.book(Number(type), startAt(2, 9, 15));
      await isFreeAgain(
        (key) => visits.book({ start }, key),
        () => visits.cancelledAtProvider(uid),
      );
      expect(await visits.liveOn(2)).toHaveLength(COLOUR.length);
    });

    it('is so for a single booking that was claimed by a hold, too', async () => {
      const start = startAt(3, 9);
      const held = await hold(start);
      const attendee = { name: 'Nora', email: 'nora@customer.example', timeZone: 'Europe/Berlin' };
      const body = { eventTypeId: shortType, start, attendee };
      const book = (key: string) =>
        service.call('POST', '/api/bookings', {
          key: visits.salon.company.secretKey,
          body,
          headers: { 'idempotency-key': key },
        });
      await isFreeAgain(book, () => release(held));
      expect(await visits.liveOn(3)).toHaveLength(1);
    });
  });

  it('that needed a person to be cancelled is cancelled for the key of its cancellation once that is resolved', async () => {
    const visit = await visits.booked(4);
    await refuseToCancel(COLOUR.length);
    const key = randomUUID();
    const cancel = () => visits.post(`/${visit.id}/cancel`, {}, { 'idempotency-key': key });
    for (const answer of [await cancel(), await cancel()]) {
      expect(refusal(answer)).toEqual([422, 'BOOKING_REFUSED', 'NEEDS_ATTENTION']);
    }
    const made = (await calls('bookings.cancel')).length;
    for (const start of startsOf(visit)) await visits.cancelledAtProvider(await uidAt(start));
    const resolved = await visits.post(`/${visit.id}/resolve`);
    expect([resolved.status, resolved.body.status]).toEqual([200, 'cancelled']);
    for (const answer of [await cancel(), await cancel()]) {
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
      expect([answer.body.id, answer.body.status]).toEqual([visit.id, 'cancelled']);
    }
    // The host's own ones, and none of ours.
    expect(await calls('bookings.cancel')).toHaveLength(made + COLOUR.length);
  });

  describe('of which a host brings a segment back to life after it was cancelled', () => {
    const cancelled = async (day: number): Promise<{ visit: any; start: string; uid: string }> => {
      const visit = await visits.booked(day);
      const { start } = visit.segments[1];
      const uid = await uidAt(start);
      expect((await visits.post(`/${visit.id}/cancel`)).body.status).toBe('cancelled');
      expect(await visits.liveOn(day)).toEqual([]);
      await settled();
      return { visit, start: new Date(start as string).toISOString(), uid };
    };
    /** The clock of the provider is the machine's, so it is the end of the cancellation that is moved. */
    const timePasses = (id: string) =>
      service.app.get(DataSource).query(
        `update sagas set ended_at = ended_at - $2::interval
         where id = (select saga_id from composite_bookings where id = $1)`,
        [id, LONG_AFTER],
      );

    it('is disrupted when that is long after, which the company is told, and nothing is cancelled', async () => {
      const { visit, start, uid } = await cancelled(5);
      const before = (await calls('bookings.cancel')).length;
      await timePasses(visit.id);
      await host.change(uid, 'confirm');
      const { segments } = await is(visit.id, 'disrupted');
      expect(segments.map(({ status }: any) => status)).toEqual(['cancelled', 'confirmed', 'cancelled']);
      const [{ event }] = await eventually(
        async () => eventsOf(visit.id, 'composite_booking.disrupted'),
        (events) => events.length > 0,
      );
      expect(JSON.stringify(event)).toContain('"status":"disrupted"');
      await settled();
      expect(await visits.liveOn(5)).toEqual([start]);
      expect(await calls('bookings.cancel')).toHaveLength(before);
    });

    it('is confirmed when that is long after and the host brings all of it back, under the ids that it had', async () => {
      const { visit } = await cancelled(10);
      await timePasses(visit.id);
      for (const start of startsOf(visit)) await host.change(await uidAt(start), 'confirm');
      expect((await is(visit.id, 'confirmed')).segments).toEqual(visit.segments);
      expect(await visits.liveOn(10)).toEqual(startsOf(visit));
    });

    it('is cancelled again when that is right after, and stays cancelled for everybody', async () => {
      const { visit, start, uid } = await cancelled(6);
      const before = (await calls('bookings.cancel')).length;
      await host.change(uid, 'confirm');
      await eventually(
        () => calls('bookings.cancel'),
        (all) => all.length > before,
      );
      await eventually(
        () => visits.liveOn(6),
        (live) => live.length === 0,
      );
      const again = (await visits.atProvider()).find((booking) => booking.uid === uid);
      expect([again.status, new Date(again.start as string).toISOString()]).toEqual(['cancelled', start]);
      await settled();
      const { body } = await visits.get(visit.id);
      expect(body.status).toBe('cancelled');
      expect(eventsOf(visit.id, 'composite_booking.disrupted')).toEqual([]);
    });
  });

  it('that keeps its person in its gap has that gap, too, while it is being booked, and nobody else is offered it', async () => {
    const staying = COLOUR.map((segment) => (segment.gapAfter ? { ...segment, gapFreesStaff: false } : segment));
    const kept = await Visits.in(visits.salon, staying);
    const inGap = startAt(9, 9, 45);
    const single = () => {
      const attendee = { name: 'Gap', email: 'gap@customer.example', timeZone: 'Europe/Berlin' };
      const { secretKey: key } = visits.salon.company;
      const body = { eventTypeId: shortType, start: inGap, attendee };
      return service.call('POST', '/api/bookings', { key, body, headers: { 'idempotency-key': randomUUID() } });
    };
    const date = inGap.slice(0, 10);
    const offered = async (): Promise<string[]> => {
      const path = `/api/availability?eventTypeId=${shortType}&start=${date}&end=${date}`;
      const { days } = await visits.salon.ok('GET', path);
      return (days[date] ?? []).map(({ start }: any) => start);
    };
    expect(await offered()).toContain(inGap);
    await visits.scenario('slow', 'bookings.create', { delayMs: 1_500 });
    const booking = kept.book({ start: startAt(9, 9) });
    await eventually(
      () => visits.salon.ok('GET', `/api/composite-bookings?status=outcome_pending&from=${date}&to=${date}`),
      ({ data }) => data.length === 1,
    );
    const refused = await single();
    expect(refusal(refused)).toEqual([409, 'SLOT_UNAVAILABLE', 'CLAIMED']);
    expect(await offered()).not.toContain(inGap);
    expect((await booking).status).toBe(201);
  });

  describe('whose customer is erased', () => {
    const [name, email, phoneNumber] = ['Zenobia Kranich', 'zenobia.kranich@customer.example', '+4915155566777'];
    const words = [name, email, phoneNumber];
    const customer = { name, email, phoneNumber, timeZone: 'Europe/Berlin' };
    let own: Visits;
    let customerId: string;
    let ids: string[];
    /** Every request that was made in the customer's name, to be made again with its key. */
    const requests: { path: string; body: object; key: string; first: TestAnswer }[] = [];

    const ask = async (path: string, body: object): Promise<TestAnswer> => {
      const key = randomUUID();
      const first = await own.post(path, body, { 'idempotency-key': key, prefer: 'wait=20' });
      requests.push({ path, body, key, first });
      return first;
    };
    const by = (person: { id: string }) =>
      own.sold.segments.map(({ id }: any) => ({ segmentId: id, staffId: person.id }));

    /** Booked, moved in its place, refused to be moved, given to somebody else, and cancelled with a person's help. */
    async function live(): Promise<void> {
      const { maria, jonas } = own.salon;
      const wish = own.request({ start: startAt(7, 9), staff: by(maria), customer });
      const made = await ask('', { ...wish, notes: `for ${name}`, metadata: { who: email } });
      const { id } = made.body;
      customerId = made.body.customerId;
      const moved = await ask(`/${id}/reschedule`, {
        start: startAt(7, 14),
        staff: by(maria),
        reason: `${name} is late`,
      });
      await visits.scenario('pass', 'bookings.reschedule');
      await visits.scenario('conflict', 'bookings.reschedule');
      const refused = await ask(`/${id}/reschedule`, { start: startAt(7, 9), staff: by(maria), reason: name });
      const given = await ask(`/${id}/reschedule`, {
        start: startAt(7, 9),
        staff: by(jonas),
        reason: `${name} wishes`,
      });
      await visits.scenario('pass', 'bookings.create');
      await visits.scenario('conflict', 'bookings.create');
      const none = await ask('', { ...own.request({ start: startAt(8, 9), customer }), notes: `for ${name}` });
      expect([made, moved, refused, given, none].map(({ status }) => status)).toEqual([201, 200, 409, 200, 409]);
      await eventually(
        () => visits.liveOn(7),
        (starts) => starts.length === COLOUR.length,
      );
      await refuseToCancel(1);
      expect((await ask(`/${id}/cancel`, { reason: `${name} is ill` })).status).toBe(422);
      expect((await own.post(`/${id}/retry`)).status).toBe(202);
      await is(id, 'cancelled');
      const { data } = await own.salon.ok('GET', `/api/composite-bookings?serviceId=${own.sold.id}`);
      ids = data.map((visit: any) => visit.id);
      expect(data.map(({ status }: any) => status)).toEqual(['cancelled', 'compensated']);
    }

    beforeAll(async () => {
      own = await Visits.in(visits.salon, COLOUR, {}, [visits.salon.maria, visits.salon.jonas]);
      await live();
      await settled();
    }, 30_000);

    it('has left words in many places, so that the search for them means something', async () => {
      const { plain, sealed } = await placesOf(service, words);
      expect(plain).toEqual(expect.arrayContaining(['customers.email', 'appointments.attendee_email']));
      expect(sealed).toEqual(expect.arrayContaining(['sagas.sealed_input', 'idempotency_keys.sealed_response']));
    });

    it('has no name, address or number of him left: not in the database, not in what is sealed, not in its timeline', async () => {
      expect((await own.salon.call('DELETE', `/api/customers/${customerId}`)).status).toBe(204);
      expect(await placesOf(service, words)).toEqual({ plain: [], sealed: [], log: [] });
      for (const id of ids) {
        const { status, text, body } = await own.get(id);
        expect([status, has(text, words), body.timeline.length > 0]).toEqual([200, false, true]);
      }
    });

    it('is answered for its keys as before, without him, and nothing is booked, moved or cancelled again', async () => {
      const operations = ['create', 'reschedule', 'cancel'].map((name) => `bookings.${name}`);
      const count = async () => (await Promise.all(operations.map(calls))).map(({ length }) => length);
      const before = await count();
      for (const { path, body, key, first } of requests) {
        const again = await own.post(path, body, { 'idempotency-key': key });
        // The cancellation has come to its end meanwhile.
        const expected = path.endsWith('/cancel') ? 200 : first.status;
        expect([path, again.status, has(again.text, words)]).toEqual([path, expected, false]);
        if (again.status < 300) expect(again.body.id).toBe(ids[0]);
      }
      expect(await count()).toEqual(before);
      expect(await placesOf(service, words)).toEqual({ plain: [], sealed: [], log: [] });
    });
  });
});
