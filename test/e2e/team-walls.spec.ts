import { SynchronisationService } from '../../src/features/synchronisation/synchronisation.service';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { startTestService, type TestService } from '../support/service';

describe('two companies that share a team at the provider', () => {
  let service: TestService;
  let owner: Desk;
  let member: Desk;

  beforeAll(async () => {
    service = await startTestService();
    owner = await Desk.open(service);
    member = await Desk.open(service);
    const team = await SalonTeam.found(service, owner.company, member.company);
    await team.type('shared', 'roundRobin');
  });
  afterAll(() => service?.stop());

  it('each have the bookings that they made, and not those of the other, although both see them there', async () => {
    const type = (await syncedTypes(service, member.company)).get('shared');
    await syncedTypes(service, owner.company);
    const booked = await member.book({ ...member.request(startAt(0, 9)), eventTypeId: type.id });
    expect(booked.status).toBe(201);
    const looked = await service.app.get(SynchronisationService).sweepBookings(owner.company.connectionId);
    expect(looked?.looked).toBeGreaterThanOrEqual(1);
    expect((await owner.call('GET', '/api/bookings')).body.data).toEqual([]);
    expect((await member.call('GET', '/api/bookings')).body.data).toHaveLength(1);
  });
});
