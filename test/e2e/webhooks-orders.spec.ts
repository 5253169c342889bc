import { DataSource } from 'typeorm';
import { BookingEventsService } from '../../src/features/bookings/booking-events.service';
import { ProviderDirectory } from '../../src/scheduling/provider-directory';
import { Desk } from '../fixtures/bookings/desk';
import { explore, type Explored } from '../fixtures/webhooks/all-orders';
import { eventually } from '../fixtures/webhooks/eventually';
import { Life, type OurState } from '../fixtures/webhooks/life';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestCompany, type TestService } from '../support/service';

const NOTHING: OurState = { appointments: [], uids: [] };

describe('the webhooks of one booking, in every order and repeated', () => {
  let service: TestService;
  let database: DataSource;
  let company: TestCompany;
  let provider: ProviderSide;
  let onRequest: number;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    company = await service.createCompany();
    provider = new ProviderSide(service, company);
    onRequest = await provider.eventType('on-request', {
      confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false },
    });
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
  });

  afterAll(() => service?.stop());

  beforeEach(() => database.query('delete from appointments'));

  /** Until the service itself has nothing left to do: from then on only the test changes the record. */
  const idle = () =>
    eventually(
      () => database.query("select id from webhook_deliveries where status = 'received'"),
      (waiting: unknown[]) => waiting.length === 0,
    );
  const exploreFrom = async (life: Life, begin: OurState, { connectionId, companyId } = company): Promise<Explored> => {
    await idle();
    const reader = service.app.get(ProviderDirectory).webhookReader('calcom-v2');
    const events = service.app.get(BookingEventsService, { strict: false });
    const scope = { id: connectionId, companyId };
    return explore(life, begin, async (body) => {
      await events.apply(scope, reader.parse(Buffer.from(body)));
    });
  };
  const triggers = (life: Life): string[] => life.stages.map(({ body }) => JSON.parse(body).triggerEvent);
  const neverTwo = ({ states }: Explored) =>
    expect(Math.max(...states.map(({ appointments }) => appointments.length))).toBe(1);

  it('lead to the same state for a life of six: requested, confirmed, moved three times, cancelled', async () => {
    const life = new Life(service, database);
    const starts = [9, 10, 11, 12].map((hour) => workdayAt(hour));
    let { uid } = await life.goOn(() => provider.book(onRequest, starts[0]!));
    const uids = [uid];
    await life.goOn(() => provider.change(uid, 'confirm'));
    for (const start of starts.slice(1)) {
      ({ uid } = await life.goOn(() => provider.change(uid, 'reschedule', { start })));
      uids.push(uid);
    }
    await life.goOn(() => provider.change(uid, 'cancel', { cancellationReason: 'ill' }));
    expect(triggers(life)).toEqual([
      'BOOKING_REQUESTED',
      'BOOKING_CREATED',
      ...Array(3).fill('BOOKING_RESCHEDULED'),
      'BOOKING_CANCELLED',
    ]);
    const explored = await exploreFrom(life, NOTHING);
    expect(explored.ends).toHaveLength(1);
    const [end] = explored.ends;
    expect(end!.appointments).toEqual([
      expect.objectContaining({ status: 'cancelled', calcom_v2_booking_uid: uid, cancellation_reason: 'ill' }),
    ]);
    expect(Date.parse(end!.appointments[0]!.starts_at as string)).toBe(Date.parse(starts[3]!));
    expect(end!.uids.map((row) => row.uid).sort()).toEqual(uids.sort());
    neverTwo(explored);
    // 1 * 3 * 5 * 7 * 9 * 11: the 720 orders of arrival after the last act, and all those between the acts.
    expect(explored.orders).toBe(10_395);
  }, 60_000);

  it('lead to the same state when its host declines', async () => {
    const life = new Life(service, database);
    const { uid } = await life.goOn(() => provider.book(onRequest, workdayAt(14)));
    await life.goOn(() => provider.change(uid, 'decline', { reason: 'on holiday' }));
    const explored = await exploreFrom(life, NOTHING);
    expect(explored.ends.map(({ appointments }) => appointments.map(({ status }) => status))).toEqual([['rejected']]);
    neverTwo(explored);
  });

  it('lead to the same state when it was booked through us and moved at the provider', async () => {
    const desk = await Desk.open(service);
    const provider = new ProviderSide(service, desk.company);
    const life = new Life(service, database);
    await life.goOn(async () => {
      const answer = await desk.book(desk.request(workdayAt(9, 20)));
      expect(answer.status).toBe(201);
      return { uid: '' };
    });
    await idle();
    const begin = await life.ours();
    let uid = begin.appointments[0]!.calcom_v2_booking_uid as string;
    for (const hour of [10, 11]) {
      const start = workdayAt(hour, 20);
      ({ uid } = await life.goOn(() => provider.change(uid, 'reschedule', { start })));
    }
    await life.goOn(() => provider.change(uid, 'cancel', { cancellationReason: 'ill' }));
    const explored = await exploreFrom(life, begin, desk.company);
    expect(explored.ends).toHaveLength(1);
    expect(explored.ends[0]!.appointments).toEqual([
      expect.objectContaining({ status: 'cancelled', origin: 'api', calcom_v2_booking_uid: uid }),
    ]);
    expect(explored.orders).toBe(1 * 3 * 5 * 7);
    expect(explored.ends[0]!.appointments[0]!.id).toBe(begin.appointments[0]!.id);
    neverTwo(explored);
  }, 60_000);
});
