import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

/** More than a process has connections to the database. */
const AT_ONCE = 24;

describe('erasing many customers', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(async () => {
    await service?.stop();
  });

  const customerWhoCancelled = async (index: number): Promise<string> => {
    const attendee = { name: 'Jonas Weber', email: `jonas${index}@customer.example` };
    const start = startAt(1 + Math.floor(index / 8), 9 + (index % 8));
    const { body } = await desk.book(desk.request(start, { attendee }));
    expect((await desk.change(body.id, 'cancel')).status).toBe(200);
    return body.customerId;
  };

  it('at once does not wait for connections that the erasures themselves have', async () => {
    const ids: string[] = [];
    for (let index = 0; index < AT_ONCE; index++) ids.push(await customerWhoCancelled(index));
    const answers = await Promise.all(ids.map((id) => desk.call('DELETE', `/api/customers/${id}`)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 204));
  });
});
