import type { ProviderCapabilities } from '../../../src/scheduling/provider-port';
import { describeBooking } from './booking-contract';
import { PortHarness, PortWorld } from './port-world';
import { describeChanges } from './change-contract';
import { describeLists } from './list-contract';
import { describeReservations } from './reservation-contract';
import { describeNoTeams, describeTeams } from './team-contract';
import { describeTeamTypes } from './team-type-contract';
import { describeWebhooks } from './webhook-contract';
import { describeWrites } from './write-contract';
import { atOnce } from './at-once';

/** The guarantees of the provider port. Every adapter runs all of them, against a provider that it reaches over HTTP. */
export function describeProviderPort(
  name: string,
  capabilities: ProviderCapabilities,
  start: () => Promise<PortHarness>,
): void {
  const world = new PortWorld(name, capabilities);
  beforeAll(async () => world.open(await start()));
  afterAll(() => world.harness.stop());
  describeAccount(world);
  if (capabilities.teams) describeTeams(world);
  if (capabilities.teams) describeTeamTypes(world);
  else describeNoTeams(world);
  describeWebhooks(world);
  describeWrites(world);
  describeReservations(world);
  describeLists(world);
  describeChanges(world);
  // Last, for these move the clock by days.
  describeBooking(world);
}

function describeAccount(world: PortWorld): void {
  describe(`${world.name}: the account`, () => {
    it('is verified with its capabilities', async () => {
      const { account, capabilities } = await world.provider.verify();
      expect(account).toMatchObject({
        timeZone: 'Europe/Berlin',
        email: expect.stringContaining('@'),
        username: expect.any(String),
      });
      expect(capabilities).toEqual(world.capabilities);
    });

    it('has its working hours', async () => {
      const [schedule] = await world.provider.schedules();
      expect(schedule).toMatchObject({ timeZone: 'Europe/Berlin', isDefault: true });
      expect(schedule?.availability).toEqual([
        { days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'], startTime: '09:00', endTime: '17:00' },
      ]);
    });

    it('refuses an unknown credential for reads and writes alike', async () => {
      await expect(world.harness.stranger().verify()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
      await expect(atOnce(world.harness.stranger()).book(world.request())).rejects.toMatchObject({
        code: 'AUTHENTICATION_FAILED',
      });
    });
  });

  describe(`${world.name}: event types`, () => {
    it('are created, read, listed, changed and deleted', async () => {
      const made = await atOnce(world.provider).createEventType({
        title: 'Wash',
        slug: 'wash',
        lengthMinutes: 20,
        hidden: true,
      });
      expect(await world.provider.getEventType(made.providerId)).toMatchObject({
        title: 'Wash',
        slug: 'wash',
        lengthMinutes: 20,
        hidden: true,
      });
      await atOnce(world.provider).updateEventType(made.providerId, { title: 'Wash and dry', lengthMinutes: 25 });
      const listed = (await world.provider.listEventTypes()).find(({ providerId }) => providerId === made.providerId);
      expect(listed).toMatchObject({ title: 'Wash and dry', slug: 'wash', lengthMinutes: 25 });
      await atOnce(world.provider).deleteEventType(made.providerId);
      await expect(world.provider.getEventType(made.providerId)).rejects.toMatchObject({
        code: 'EVENT_TYPE_NOT_FOUND',
      });
    });

    it('keep their place and whether they need a confirmation', () => {
      expect(world.type).toMatchObject({
        requiresConfirmation: false,
        locations: [{ type: 'address', value: 'Havelstrasse 12, Berlin' }],
      });
      expect(world.onRequest.requiresConfirmation).toBe(true);
    });

    it('refuse a slug that is taken', async () => {
      const again = atOnce(world.provider).createEventType({ title: 'Cut', slug: 'cut', lengthMinutes: 30 });
      await expect(again).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'SLUG_TAKEN' } });
    });

    it('of another account look exactly like none', async () => {
      const other = await world.harness.account('Europe/Berlin');
      for (const id of [world.type.providerId, '2000000000']) {
        await expect(other.getEventType(id)).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
        await expect(atOnce(other).updateEventType(id, { title: 'x' })).rejects.toMatchObject({
          code: 'EVENT_TYPE_NOT_FOUND',
        });
        await expect(atOnce(other).deleteEventType(id)).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
      }
    });
  });

  describe(`${world.name}: slots`, () => {
    const berlin = (from: string, to: string) => ({
      eventTypeId: world.type.providerId,
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
      lengthMinutes: 30,
      gridTimeZone: 'Europe/Berlin',
    });

    it('keep the local hours over the spring change', async () => {
      const slots = await world.provider.slots(berlin('2027-03-26T00:00:00+01:00', '2027-03-30T00:00:00+02:00'));
      const friday = slots.slice(0, 16);
      const monday = slots.slice(16);
      expect(friday[0]).toEqual({ startMs: Date.UTC(2027, 2, 26, 8), endMs: Date.UTC(2027, 2, 26, 8, 30) });
      expect(monday[0]).toEqual({ startMs: Date.UTC(2027, 2, 29, 7), endMs: Date.UTC(2027, 2, 29, 7, 30) });
      expect(monday).toHaveLength(16);
    });

    it('do not lose the last day of a range that spans the autumn change', async () => {
      const newYork = await world.harness.account('America/New_York');
      const { providerId } = await atOnce(newYork).createEventType({ title: 'NY', slug: 'ny', lengthMinutes: 30 });
      const slots = await newYork.slots({
        eventTypeId: providerId,
        fromMs: Date.parse('2027-11-05T00:00:00-04:00'),
        toMs: Date.parse('2027-11-09T00:00:00-05:00'),
        lengthMinutes: 30,
        gridTimeZone: 'America/New_York',
      });
      const starts = slots.map(({ startMs }) => startMs);
      expect(starts).toHaveLength(32);
      expect([starts[0], starts[16], starts[31]]).toEqual([
        Date.parse('2027-11-05T09:00:00-04:00'),
        Date.parse('2027-11-08T09:00:00-05:00'),
        Date.parse('2027-11-08T16:30:00-05:00'),
      ]);
    });

    it('lie in the half-open range to the minute, ascending and each once', async () => {
      const slots = await world.provider.slots(berlin('2027-03-16T10:00:00+01:00', '2027-03-17T10:00:00+01:00'));
      const starts = slots.map(({ startMs }) => startMs);
      expect([starts[0], starts.at(-1)]).toEqual([
        Date.parse('2027-03-16T10:00:00+01:00'),
        Date.parse('2027-03-17T09:30:00+01:00'),
      ]);
      expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      expect(starts).toHaveLength(16);
    });

    it('are none for an empty, an inverted and a past range', async () => {
      expect(await world.provider.slots(berlin('2027-03-16T10:00:00Z', '2027-03-16T10:00:00Z'))).toEqual([]);
      expect(await world.provider.slots(berlin('2027-03-16T10:00:00Z', '2027-03-15T10:00:00Z'))).toEqual([]);
      expect(await world.provider.slots(berlin('2026-03-16T10:00:00Z', '2026-03-20T10:00:00Z'))).toEqual([]);
    });

    it('of an unknown type are no empty list', async () => {
      const unknown = { ...berlin('2027-03-16T10:00:00Z', '2027-03-17T10:00:00Z'), eventTypeId: '2000000000' };
      await expect(world.provider.slots(unknown)).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
    });

    it('are read again after a passing fault, and fail when it stays', async () => {
      const query = berlin('2027-03-16T10:00:00Z', '2027-03-17T10:00:00Z');
      await world.harness.inject('error-before', 'slots');
      await expect(world.provider.slots(query)).resolves.not.toHaveLength(0);
      await world.harness.inject('garbage', 'slots');
      await expect(world.provider.slots(query)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
