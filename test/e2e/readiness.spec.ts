import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const PLAIN = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 };

describe('readiness of an event type', () => {
  let service: TestService;
  let company: TestCompany;
  let types = 0;

  beforeAll(async () => {
    service = await startTestService();
    company = await service.createCompany();
  });
  afterAll(() => service?.stop());

  const readiness = (id: string, query = '', key = company.secretKey): Promise<TestAnswer> =>
    service.call('GET', `/api/event-types/${id}/readiness${query}`, { key });

  async function provider(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(`${service.sandbox.url}/v2/event-types${path}`, {
      method,
      headers: {
        authorization: `Bearer ${company.providerKey}`,
        'cal-api-version': '2024-06-14',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(response.status).toBeLessThan(300);
    return ((await response.json()) as any).data;
  }

  /** A type made at the provider, with settings that our own routes do not have; gives both ids. */
  async function typeWith(settings: object): Promise<{ id: string; providerId: string }> {
    const slug = `type-${(types += 1)}`;
    const providerId = String((await provider('POST', '', { ...PLAIN, slug, ...settings })).id);
    expect((await service.call('POST', '/api/event-types/sync', { key: company.secretKey })).status).toBe(200);
    const { body } = await service.call('GET', `/api/event-types?slug=${slug}`, { key: company.secretKey });
    return { id: body.data[0].id, providerId };
  }

  function book(eventTypeId: string, start: string, more: object = {}): Promise<TestAnswer> {
    const attendee = { name: 'Jonas Weber', email: 'jonas@customer.example' };
    const body = { eventTypeId, start, attendee, ...more };
    const headers = { 'idempotency-key': randomUUID() };
    return service.call('POST', '/api/bookings', { key: company.secretKey, body, headers });
  }

  it('is given to a plain type, even a hidden one, which then can be booked', async () => {
    const { id } = await typeWith({ hidden: true });
    const before = Date.now();
    const { status, body } = await readiness(id);
    expect([status, body]).toEqual([200, { ready: true, checkedAt: expect.any(String), reasons: [] }]);
    expect(Date.parse(body.checkedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(body.checkedAt)).toBeLessThanOrEqual(Date.now());
    expect((await book(id, startAt(0, 9))).status).toBe(201);
  });

  it.each([
    ['SEATS', { seats: { seatsPerTimeSlot: 4, showAttendeeInfo: true, showAvailabilityCount: true } }],
    ['RECURRING', { recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' } }],
    ['REQUIRED_FIELDS', { bookingFields: [{ type: 'text', slug: 'hair', label: 'Hair', required: true }] }],
  ])('is denied for %s, with its evidence', async (code, settings) => {
    const { id } = await typeWith(settings);
    const { body } = await readiness(id);
    const reason = { code, blocking: true, message: expect.any(String), evidence: expect.any(Object) };
    expect(body).toMatchObject({ ready: false, reasons: [reason] });
  });

  it.each([
    ['BUFFERS', { beforeEventBuffer: 10 }, { beforeBufferMinutes: 10, afterBufferMinutes: 0 }],
    [
      'CONFIRMATION_REQUIRED',
      { confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false } },
      { requiresConfirmation: true },
    ],
    ['CANCELLING_DISABLED', { disableCancelling: { disabled: true } }, { cancellingDisabled: true }],
    ['RESCHEDULING_DISABLED', { disableRescheduling: { disabled: true } }, { reschedulingDisabled: true }],
    ['AUTHENTICATION_REQUIRED', { bookingRequiresAuthentication: true }, { authenticationRequired: true }],
  ])('is given in spite of %s, which is told', async (code, settings, evidence) => {
    const { id } = await typeWith(settings);
    expect((await readiness(id)).body).toMatchObject({ ready: true, reasons: [{ code, blocking: false, evidence }] });
  });

  it('is for the length that is needed, and for the answers that will be given', async () => {
    const { id } = await typeWith({ bookingFields: [{ type: 'text', slug: 'hair', label: 'Hair', required: true }] });
    expect((await readiness(id, '?responses=hair&lengthMinutes=30')).body).toMatchObject({ ready: true, reasons: [] });
    const { body } = await readiness(id, '?responses=other&lengthMinutes=45');
    expect(body).toMatchObject({
      ready: false,
      reasons: [
        { code: 'LENGTH_MISMATCH', evidence: { lengthMinutes: 30, neededMinutes: 45 } },
        { code: 'REQUIRED_FIELDS', evidence: { fields: [{ slug: 'hair', label: 'Hair' }] } },
      ],
    });
  });

  it('says of a required answer what the provider then does: refuses without it and books with it', async () => {
    const { id } = await typeWith({ bookingFields: [{ type: 'text', slug: 'hair', label: 'Hair', required: true }] });
    const without = await book(id, startAt(1, 9));
    expect([without.status, without.body.error.details.reason]).toEqual([400, 'FIELD_MISSING_OR_INVALID']);
    expect((await book(id, startAt(1, 9), { responses: { hair: 'long' } })).status).toBe(201);
  });

  it('follows the provider at once, without a sync', async () => {
    const { id, providerId } = await typeWith({});
    expect((await readiness(id)).body.ready).toBe(true);
    await provider('PATCH', `/${providerId}`, { seats: { seatsPerTimeSlot: 2 } });
    expect((await readiness(id)).body).toMatchObject({ ready: false, reasons: [{ code: 'SEATS' }] });
    await provider('DELETE', `/${providerId}`);
    const gone = await readiness(id);
    expect([gone.status, gone.body.error.code]).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
  });

  it('is 404 alike for a type of another company, for none and for what is no id', async () => {
    const { id } = await typeWith({});
    const other = await service.createCompany();
    for (const unknown of [id, randomUUID(), 'x', '1']) {
      const { status, body } = await readiness(unknown, '', other.secretKey);
      expect([status, body.error.code, body.error.details]).toEqual([404, 'EVENT_TYPE_NOT_FOUND', {}]);
    }
  });

  it.each(['lengthMinutes=0', 'lengthMinutes=1441', 'lengthMinutes=30.5', 'lengthMinutes=1e2', 'responses=', 'x=1'])(
    'is not guessed for %s',
    async (query) => {
      const { id } = await typeWith({});
      const { status, body } = await readiness(id, `?${query}`);
      expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
      expect(body.error.details.fields[0].field).toBe(query.split('=')[0]);
    },
  );

  it('is for secret keys only, and 503 while the provider does not answer', async () => {
    const { id } = await typeWith({});
    expect((await readiness(id, '', company.publishableKey)).status).toBe(403);
    const fault = { key: company.providerKey, operation: 'eventTypes.get', scenario: 'error-before', times: 10 };
    const made = await service.sandboxCall('POST', '/_sandbox/scenarios', fault);
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const { status, body } = await readiness(id);
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect([status, body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
  });
});
