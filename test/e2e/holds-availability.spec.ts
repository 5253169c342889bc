import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('free times', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  /** The provider has no part in it: its reservation is taken away again. */
  async function holdWithoutReservation(start: string): Promise<string> {
    const { status, body } = await desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start });
    expect(status).toBe(201);
    const database = service.app.get(DataSource);
    await database.query('delete from sandbox.reservations where event_type_id = $1', [
      Number(desk.eventType.providerId),
    ]);
    return body.id;
  }

  async function freeOn(start: string, eventTypeId = desk.eventType.id): Promise<string[]> {
    const date = start.slice(0, 10);
    const path = `/api/availability?eventTypeId=${eventTypeId}&start=${date}&end=${date}`;
    const { status, body } = await desk.call('GET', path);
    expect(status).toBe(200);
    return (body.days[date] ?? []).map((slot: any) => slot.start);
  }

  it('do not have a start that is held, for as long as it is', async () => {
    const start = startAt(0, 9);
    const before = await freeOn(start);
    expect(before).toContain(start);
    const id = await holdWithoutReservation(start);
    expect(await freeOn(start)).toEqual(before.filter((free) => free !== start));
    expect((await desk.call('DELETE', `/api/holds/${id}`)).status).toBe(204);
    expect(await freeOn(start)).toEqual(before);
  });

  it("have no start of the host's other event types that would overlap it, buffers included", async () => {
    const type = await desk.call('POST', '/api/event-types', {
      title: 'Colour',
      slug: `colour-${randomUUID().slice(0, 8)}`,
      lengthMinutes: 60,
      beforeBufferMinutes: 30,
    });
    expect(type.status).toBe(201);
    const held = startAt(0, 12, 30);
    const before = await freeOn(held, type.body.id);
    expect(before).toEqual(expect.arrayContaining([startAt(0, 10), startAt(0, 12), startAt(0, 13)]));
    await holdWithoutReservation(held);
    // 12:00 runs into the held time, and 13:00 needs the half hour before it.
    const gone = [startAt(0, 12), startAt(0, 13)];
    expect(await freeOn(held, type.body.id)).toEqual(before.filter((free) => !gone.includes(free)));
  });

  it('do not lack a start because another company holds one', async () => {
    const start = startAt(0, 9);
    await holdWithoutReservation(start);
    const other = await Desk.open(service);
    const path = `/api/availability?eventTypeId=${other.eventType.id}&start=${start.slice(0, 10)}&end=${start.slice(0, 10)}`;
    const { body } = await other.call('GET', path);
    expect(body.days[start.slice(0, 10)].map((slot: any) => slot.start)).toContain(start);
  });
});
