import type { PreparedWrite } from '../../../src/scheduling/prepared-write';
import { atOnce } from './at-once';
import { PortMethod, PortWorld } from './port-world';

type Preparation = [method: PortMethod, prepare: () => Promise<PreparedWrite<unknown>>];

/** What every adapter promises about the two steps of a write. */
export function describeWrites(world: PortWorld): void {
  describe(`${world.name}: a prepared write`, () => {
    /** One write of each kind, of things that exist, so that sending it would succeed. */
    async function preparations(): Promise<Preparation[]> {
      const { prepare } = world.provider;
      const [booked, pending] = [
        await atOnce(world.provider).book(world.request()),
        await atOnce(world.provider).book(world.request({ eventTypeId: world.onRequest.providerId })),
      ];
      const startMs = world.nextStart();
      const wish = { url: 'https://hooks.example.com/two-steps', secret: 'a-secret', triggers: ['BOOKING_CREATED'] };
      return [
        ['book', () => prepare.book(world.request({ startMs }))],
        ['reserve', () => prepare.reserve({ eventTypeId: world.type.providerId, startMs })],
        ['reschedule', () => prepare.reschedule({ uid: booked.uid, startMs })],
        ['cancel', () => prepare.cancel(booked.uid, 'ill')],
        ['confirm', () => prepare.confirm(pending.uid)],
        ['decline', () => prepare.decline(pending.uid, 'no time')],
        ['createEventType', () => prepare.createEventType({ title: 'Two', slug: 'two-steps', lengthMinutes: 30 })],
        ['createWebhook', () => prepare.createWebhook({ level: 'account' }, wish)],
      ];
    }

    it('has not reached the provider before it is sent, and never does once it is released', async () => {
      for (const [method, prepare] of await preparations()) {
        const before = await world.harness.callsReceived(method);
        const write = await prepare();
        expect(await world.harness.callsReceived(method)).toBe(before);
        write.release();
        await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
        expect([method, await world.harness.callsReceived(method)]).toEqual([method, before]);
      }
    });

    it('that was released has booked nothing', async () => {
      const asked = world.request();
      const write = await world.provider.prepare.book(asked);
      write.release();
      await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
      expect(await world.provider.findByRef(asked.ref, { attendeeEmail: asked.attendee.email })).toBeUndefined();
      await expect(atOnce(world.provider).book(asked)).resolves.toMatchObject({ ref: asked.ref });
    });

    it('reaches it once when it is sent, however often that is asked for, and cannot be given up any more', async () => {
      const asked = world.request();
      const before = await world.harness.callsReceived('book');
      const write = await world.provider.prepare.book(asked);
      const sent = Promise.all([write.send(), write.send()]);
      write.release();
      const [first, second] = await sent;
      expect(second.uid).toBe(first.uid);
      expect(await world.harness.callsReceived('book')).toBe(before + 1);
    });

    it('is not even prepared for what can be no id of the provider', async () => {
      const { prepare } = world.provider;
      const unknown = { code: 'EVENT_TYPE_NOT_FOUND' };
      for (const id of ['0', '-1', 'x', '99999999999', '1/webhooks', '']) {
        await expect(prepare.book(world.request({ eventTypeId: id, startMs: 0 }))).rejects.toMatchObject(unknown);
        await expect(prepare.reserve({ eventTypeId: id, startMs: 0 })).rejects.toMatchObject(unknown);
        await expect(prepare.deleteEventType(id)).rejects.toMatchObject(unknown);
      }
    });
  });
}
