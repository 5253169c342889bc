import { atOnce } from './at-once';
import { MINUTE, PortWorld } from './port-world';

/** What every adapter promises about reservations. */
export function describeReservations(world: PortWorld): void {
  describe(`${world.name}: a reservation`, () => {
    const reserve = (startMs: number, more: object = {}) =>
      atOnce(world.provider).reserve({ eventTypeId: world.type.providerId, startMs, ...more });
    const offered = async (startMs: number): Promise<boolean> => {
      const around = { eventTypeId: world.type.providerId, fromMs: startMs, toMs: startMs + MINUTE };
      return (await world.provider.slots({ ...around, lengthMinutes: 30, gridTimeZone: 'Europe/Berlin' })).length > 0;
    };

    it('is made for so many minutes, and can be read until it is ended', async () => {
      const startMs = world.nextStart();
      const made = await reserve(startMs, { keptMinutes: 7 });
      expect(made).toEqual({
        uid: expect.any(String),
        eventTypeId: world.type.providerId,
        startMs,
        endMs: startMs + 30 * MINUTE,
        untilMs: world.harness.now() + 7 * MINUTE,
      });
      expect(await world.provider.reservation(made.uid)).toEqual(made);
      await atOnce(world.provider).endReservation(made.uid);
      expect(await world.provider.reservation(made.uid)).toBeUndefined();
    });

    it('ended twice is success, as is one that never was', async () => {
      const { uid } = await reserve(world.nextStart());
      await atOnce(world.provider).endReservation(uid);
      await expect(atOnce(world.provider).endReservation(uid)).resolves.toBeUndefined();
      await expect(atOnce(world.provider).endReservation('never-made')).resolves.toBeUndefined();
      expect(await world.provider.reservation('never-made')).toBeUndefined();
    });

    it('hides its start until it is ended', async () => {
      const startMs = world.nextStart();
      expect(await offered(startMs)).toBe(true);
      const { uid } = await reserve(startMs);
      expect(await offered(startMs)).toBe(false);
      await atOnce(world.provider).endReservation(uid);
      expect(await offered(startMs)).toBe(true);
    });

    it('of a start that is reserved or booked is refused as unavailable', async () => {
      const [reserved, booked] = [world.nextStart(), world.nextStart()];
      await reserve(reserved);
      await atOnce(world.provider).book(world.request({ startMs: booked }));
      const taken = { code: 'SLOT_UNAVAILABLE', details: { reason: 'HOST_BUSY' } };
      await expect(reserve(reserved)).rejects.toMatchObject(taken);
      await expect(reserve(booked)).rejects.toMatchObject(taken);
    });

    it('does not guard a booking: whoever books the reserved start gets it', async () => {
      const startMs = world.nextStart();
      await reserve(startMs);
      await expect(atOnce(world.provider).book(world.request({ startMs }))).resolves.toMatchObject({ startMs });
    });

    it('of an unknown type is refused, and a length is for types with several', async () => {
      const unknown = atOnce(world.provider).reserve({ eventTypeId: '2000000000', startMs: world.nextStart() });
      await expect(unknown).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
      await expect(reserve(world.nextStart(), { lengthMinutes: 45 })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        details: { reason: 'LENGTH_NOT_ALLOWED' },
      });
    });
  });
}
