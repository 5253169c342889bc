import { Desk, startAt } from '../fixtures/bookings/desk';
import { deliverSigned, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { startTestService, type TestService } from '../support/service';

/** A call that waits for us while we wait for it ends when its own 15 s are over; this is far from it. */
const NOBODY_WAITED_MS = 5_000;

describe('a provider that sends its webhooks inside the call that causes them', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });

  afterAll(() => service?.stop());

  const sent = async (): Promise<any[]> => (await service.sandboxCall('GET', '/_sandbox/webhooks')).body;
  /** Does something through us, and says what the provider was answered inside its call. */
  const during = async (work: () => Promise<{ status: number }>) => {
    const before = (await sent()).length;
    const begun = Date.now();
    const { status } = await work();
    const ms = Date.now() - begun;
    const inside = (await sent()).slice(before).map((entry) => [entry.trigger, entry.status, entry.beforeAnswer]);
    return { status, inside, quick: ms < NOBODY_WAITED_MS };
  };

  it('is answered while we wait for its booking, its reschedule and its cancellation', async () => {
    let id = '';
    const book = async () => {
      const answer = await desk.book(desk.request(startAt(0, 9)));
      id = answer.body.id;
      return answer;
    };
    expect(await during(book)).toEqual({ status: 201, inside: [['BOOKING_CREATED', 200, true]], quick: true });
    const move = () => desk.change(id, 'reschedule', { start: startAt(0, 11) });
    expect(await during(move)).toEqual({ status: 200, inside: [['BOOKING_RESCHEDULED', 200, true]], quick: true });
    const cancel = () => desk.change(id, 'cancel', { reason: 'ill' });
    expect(await during(cancel)).toEqual({ status: 200, inside: [['BOOKING_CANCELLED', 200, true]], quick: true });
  });

  it('is answered for eight bookings that are under way at the same time', async () => {
    const hours = [9, 10, 11, 12, 13, 14, 15, 16];
    const work = async () => {
      const answers = await Promise.all(hours.map((hour) => desk.book(desk.request(startAt(1, hour)))));
      return { status: Math.max(...answers.map(({ status }) => status)) };
    };
    const { status, inside } = await during(work);
    expect(status).toBe(201);
    expect(inside).toEqual(Array(hours.length).fill(['BOOKING_CREATED', 200, true]));
  });

  it('is answered at once while its own reads are silent: nothing is asked before the answer', async () => {
    const secret = await registeredSecret(service, desk.company);
    await desk.scenario('silent-before', 'bookings.get', { times: 50 });
    const times: number[] = [];
    for (let index = 0; index < 20; index++) {
      const body = envelope('BOOKING_CREATED', `silent ${index}`, { uid: `nobody-knows-${index}`, status: 'ACCEPTED' });
      const begun = performance.now();
      expect((await deliverSigned(service, `/${desk.company.connectionId}`, body, secret)).status).toBe(200);
      times.push(performance.now() - begun);
    }
    const median = times.sort((a, b) => a - b)[10]!;
    // Some 5 ms on an idle machine; what it must never come near is the time of a call to the provider.
    expect(median).toBeLessThan(250);
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
  });
});
