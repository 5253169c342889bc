import { startAt } from '../fixtures/bookings/desk';
import { Visits } from '../fixtures/composite-bookings/visits';
import { startTestService, type TestService } from '../support/service';

describe('at the edges of visits', () => {
  let service: TestService;
  let visits: Visits;

  beforeAll(async () => {
    service = await startTestService();
    visits = await Visits.open(service);
  });
  afterAll(() => service?.stop());

  describe('a service with visits to come', () => {
    it('cannot be deleted, is told how many there are, and can be once they are cancelled', async () => {
      const { salon } = visits;
      const own = await Visits.in(salon);
      const visit = await own.booked(0);
      const refused = await salon.call('DELETE', `/api/services/${own.sold.id}`);
      expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
        409,
        'CONFLICT',
        { reason: 'SERVICE_IN_USE', visits: 1 },
      ]);
      expect((await salon.ok('GET', `/api/services/${own.sold.id}`)).id).toBe(own.sold.id);
      expect((await own.post(`/${visit.id}/cancel`)).status).toBe(200);
      expect((await salon.call('DELETE', `/api/services/${own.sold.id}`)).status).toBe(204);
      expect((await own.get(visit.id)).body).toMatchObject({ status: 'cancelled', serviceName: 'Colour and cut' });
    });

    it('may be changed all the same, and a visit of other segments is not moved any more', async () => {
      const { salon } = visits;
      const own = await Visits.in(salon);
      const visit = await own.booked(1);
      const segments = own.sold.segments.slice(1).map(({ id: _, ...segment }: any) => segment);
      const changed = await salon.call('PATCH', `/api/services/${own.sold.id}`, { segments });
      expect([changed.status, changed.text]).toEqual([200, expect.any(String)]);
      const refused = await own.post(`/${visit.id}/reschedule`, { start: startAt(1, 14) });
      expect([refused.status, refused.body.error.details]).toEqual([409, { reason: 'SERVICE_CHANGED' }]);
      expect((await own.post(`/${visit.id}/cancel`)).body.status).toBe('cancelled');
    });
  });
});
