import { Desk, startAt } from '../fixtures/bookings/desk';
import { Listening } from '../fixtures/outgoing-events/listening';
import { Receiver } from '../fixtures/outgoing-events/receiver';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('the life of a booking, as its company is told it', () => {
  let service: TestService;
  let receiver: Receiver;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    receiver = await new Receiver().start();
    desk = await Desk.open(service);
    await new Listening(service, desk.company).endpoint(receiver.url('/front-end'));
  });
  afterAll(async () => {
    await service?.stop();
    await receiver?.stop();
  });

  const told = (count: number): Promise<any[]> =>
    eventually(
      async () => receiver.at('/front-end').map(({ event }) => event),
      (events) => events.length >= count,
    );

  it('is one numbered event for each change that callers can see, with the whole booking as callers see it', async () => {
    const { body: booked } = await desk.book(desk.request(startAt(0, 9)));
    const { body: moved } = await desk.change(booked.id, 'reschedule', { start: startAt(0, 11) });
    const { body: cancelled } = await desk.change(booked.id, 'cancel', { reason: 'ill' });
    const events = await told(3);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['booking.created', { ...booked, sequence: 1 }],
      ['booking.rescheduled', { ...moved, sequence: 2 }],
      ['booking.cancelled', { ...cancelled, sequence: 3 }],
    ]);
    const uids = (await desk.atProvider()).map(({ uid }) => uid);
    expect(uids).toHaveLength(2);
    for (const uid of uids) expect(JSON.stringify(events)).not.toContain(uid);
  });

  it('has no event for what did not happen', async () => {
    const before = receiver.at('/front-end').length;
    await desk.book(desk.request(startAt(1, 9)));
    const refused = await desk.book(desk.request(startAt(1, 9), { notes: 'the same time' }));
    expect(refused.status).toBe(409);
    await desk.book(desk.request(startAt(1, 11)));
    const events = await told(before + 2);
    expect(events.slice(before).map(({ data }) => data.start)).toEqual([startAt(1, 9), startAt(1, 11)]);
  });
});
