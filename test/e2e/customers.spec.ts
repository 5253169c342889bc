import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { CustomerLinks } from '../../src/features/bookings/customers/customer-links';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('customers', () => {
  let service: TestService;
  let desk: Desk;
  let other: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
    other = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  let day = 0;
  const book = async (attendee: object, at = desk): Promise<any> => {
    const answer = await at.book(at.request(startAt(day++, 9), { attendee }));
    if (answer.status !== 201) throw new Error(`not booked: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const customer = async (id: string): Promise<any> => (await desk.call('GET', `/api/customers/${id}`)).body;
  const found = async (query: string): Promise<any[]> => (await desk.call('GET', `/api/customers?${query}`)).body.data;
  const fault = ({ status, body }: TestAnswer) => [status, body.error?.code, body.error?.details];

  it('are known by their e-mail address in any letter case, and the newest name and number count', async () => {
    const first = await book({ name: 'Eva', email: 'Eva@customer.example', phoneNumber: '+491511234500' });
    const second = await book({
      name: 'Eva Lange',
      email: 'eva@CUSTOMER.example',
      phoneNumber: '0151 1234501',
      language: 'de',
    });
    expect(second.customerId).toBe(first.customerId);
    expect(second.attendee.phoneNumber).toBe('+491511234501');
    expect(await customer(first.customerId)).toMatchObject({
      name: 'Eva Lange',
      email: 'eva@customer.example',
      phoneNumber: '+491511234501',
      timeZone: 'Europe/Berlin',
      language: 'de',
    });
    const listed = await desk.call('GET', `/api/bookings?customerId=${first.customerId}`);
    expect(listed.body.data.map(({ id }: any) => id)).toEqual([first.id, second.id]);
  });

  it('keep their number when somebody with another address books with it', async () => {
    const [own, family] = ['+491511234510', '+491511234511'];
    const anna = await book({ name: 'Anna', email: 'anna@customer.example', phoneNumber: own });
    const ben = await book({ name: 'Ben', email: 'ben@customer.example', phoneNumber: family });
    const again = await book({ name: 'Anna', email: 'anna@customer.example', phoneNumber: family });
    const clara = await book({ name: 'Clara', email: 'clara@customer.example', phoneNumber: family });
    expect(again.customerId).toBe(anna.customerId);
    expect(new Set([anna, ben, clara].map(({ customerId }) => customerId)).size).toBe(3);
    expect((await customer(anna.customerId)).phoneNumber).toBe(own);
    expect((await customer(ben.customerId)).phoneNumber).toBe(family);
    expect(await customer(clara.customerId)).not.toHaveProperty('phoneNumber');
    // The booking itself keeps what was said.
    expect(again.attendee.phoneNumber).toBe(family);
  });

  it('are one each, although many book for the first time at once', async () => {
    const attendee = { name: 'Tom', email: 'tom@customer.example', phoneNumber: '+491511234520' };
    const starts = Array.from({ length: 8 }, (_, index) => startAt(20 + index, 11));
    const answers = await Promise.all(starts.map((start) => desk.book(desk.request(start, { attendee }))));
    expect(answers.map(({ status }) => status)).toEqual(starts.map(() => 201));
    expect(new Set(answers.map(({ body }) => body.customerId)).size).toBe(1);
    expect(await found('email=TOM@customer.example')).toHaveLength(1);
  });

  it('learn nothing from a visitor of a page, who is not told either whom the address belongs to', async () => {
    const known = await book({ name: 'Iris', email: 'iris@customer.example', phoneNumber: '+491511234560' });
    const visit = await service.call('POST', '/api/bookings', {
      key: desk.company.publishableKey,
      headers: { 'idempotency-key': randomUUID() },
      body: desk.request(startAt(50, 9), {
        attendee: {
          name: 'Mallory',
          email: 'iris@customer.example',
          phoneNumber: '+491511234561',
          timeZone: 'Asia/Tokyo',
        },
      }),
    });
    expect([visit.status, 'customerId' in visit.body]).toEqual([201, false]);
    expect(await customer(known.customerId)).toMatchObject({
      name: 'Iris',
      phoneNumber: '+491511234560',
      timeZone: 'Europe/Berlin',
    });
    const listed = await desk.call('GET', `/api/bookings?customerId=${known.customerId}`);
    expect(listed.body.data).toHaveLength(2);
  });

  it('are found by number alone where no address is given, and get their address later', async () => {
    const database = service.app.get(DataSource);
    const links = service.app.get(CustomerLinks);
    const { companyId } = desk.company;
    const said = (more: object) => ({ companyId, attendeeName: 'Rosa', attendeeTimeZone: 'Europe/Berlin', ...more });
    const linked = (more: object) => database.transaction((manager) => links.linked(manager, said(more), true));
    const { customerId } = await linked({ attendeePhone: '+491511234530' });
    expect(await linked({ attendeePhone: '0151 1234530' })).toMatchObject({ customerId });
    expect(await customer(customerId!)).not.toHaveProperty('email');
    const rosa = { attendeePhone: '+491511234530', attendeeEmail: 'Rosa@customer.example' };
    expect(await linked(rosa)).toMatchObject({ customerId });
    expect(await customer(customerId!)).toMatchObject({ email: 'rosa@customer.example', phoneNumber: '+491511234530' });
    expect(await linked({ attendeePhone: 'ask at the desk' })).not.toHaveProperty('customerId');
  });

  it('become known from bookings made at the provider, whose older words do not replace newer ones', async () => {
    const provider = new ProviderSide(service, desk.company);
    const email = 'foreign@customer.example';
    await desk.scenario('webhook-lost', 'BOOKING_CREATED');
    const missed = await provider.book(Number(desk.eventType.providerId), startAt(30, 9), { name: 'Old name', email });
    const booked = await book({ name: 'New name', email });
    await provider.change(missed.uid, 'cancel', { cancellationReason: 'ill' });
    const bookings = await eventually(
      async () => (await desk.call('GET', `/api/bookings?customerId=${booked.customerId}`)).body.data,
      (data) => data.length === 2,
    );
    expect(bookings.map(({ attendee }: any) => attendee.name).sort()).toEqual(['New name', 'Old name']);
    expect((await customer(booked.customerId)).name).toBe('New name');
  });

  it('are listed newest first, page by page, by number, and by what their name begins with', async () => {
    await book({ name: 'Xaver 100% Ernst', email: 'x1@customer.example', phoneNumber: '+491511234540' });
    await book({ name: 'xaver 100_Ernst', email: 'x2@customer.example' });
    expect((await found('name=XAVER')).map(({ email }) => email)).toEqual([
      'x2@customer.example',
      'x1@customer.example',
    ]);
    expect((await found('name=xaver%20100%25')).map(({ email }) => email)).toEqual(['x1@customer.example']);
    expect((await found('phoneNumber=0151%2F1234540')).map(({ email }) => email)).toEqual(['x1@customer.example']);
    expect(await found('phoneNumber=%2B491511299999')).toEqual([]);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await desk.call('GET', `/api/customers?limit=3${cursor}`);
      seen.push(...body.data.map(({ id }: any) => id));
      if (!body.nextCursor) break;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual((await found('limit=100')).map(({ id }) => id));
    expect(fault(await desk.call('GET', '/api/customers?phoneNumber=12'))).toMatchObject([
      400,
      'VALIDATION_ERROR',
      { fields: [{ field: 'phoneNumber' }] },
    ]);
  });

  it('are changed without touching what was booked, and never into one another', async () => {
    const paul = await book({ name: 'Paul', email: 'paul@customer.example', phoneNumber: '+491511234550' });
    const rita = await book({ name: 'Rita', email: 'rita@customer.example' });
    const change = (id: string, body: object) => desk.call('PATCH', `/api/customers/${id}`, body);
    const body = { name: 'Paul B.', email: 'Paul.B@customer.example', phoneNumber: '030 1234567', language: null };
    expect((await change(paul.customerId, { ...body, timeZone: 'europe/paris' })).body).toMatchObject({
      id: paul.customerId,
      name: 'Paul B.',
      email: 'paul.b@customer.example',
      phoneNumber: '+49301234567',
      timeZone: 'Europe/Paris',
    });
    expect((await desk.call('GET', `/api/bookings/${paul.id}`)).body.attendee.name).toBe('Paul');
    expect(fault(await change(rita.customerId, { email: 'PAUL.B@customer.example' }))).toEqual([
      409,
      'CONFLICT',
      { reason: 'EMAIL_TAKEN' },
    ]);
    expect(fault(await change(rita.customerId, { phoneNumber: '+49301234567' }))).toEqual([
      409,
      'CONFLICT',
      { reason: 'PHONE_NUMBER_TAKEN' },
    ]);
    expect(fault(await change(rita.customerId, { email: null }))[1]).toBe('VALIDATION_ERROR');
    expect((await change(paul.customerId, { email: null })).body).not.toHaveProperty('email');
    for (const wrong of [{ name: '' }, { name: null }, { phoneNumber: '12' }, { timeZone: 'EST' }, { id: paul.id }]) {
      expect((await change(paul.customerId, wrong)).status).toBe(400);
    }
  });

  it.each([
    ['that cannot be a number', '0151 12'],
    ['with letters', '0800 FLOWERS'],
    ['without a sign of its country', '151 1234567'],
  ])('do not book with a number %s, and the provider is not asked', async (_, phoneNumber) => {
    const calls = (await desk.calls('bookings.create')).length;
    const attendee = { name: 'Eva', email: 'eva@customer.example', phoneNumber };
    expect(fault(await desk.book(desk.request(startAt(40, 9), { attendee })))).toMatchObject([
      400,
      'VALIDATION_ERROR',
      { fields: [{ field: 'attendee.phoneNumber' }] },
    ]);
    expect(await desk.calls('bookings.create')).toHaveLength(calls);
  });

  it('with a number alone are offered to the provider with it in full, and its refusal is named', async () => {
    const attendee = { name: 'Eva', phoneNumber: '0151 1234560' };
    const refused = await desk.book(desk.request(startAt(41, 9), { attendee }));
    const [call] = (await desk.calls('bookings.create')).slice(-1);
    expect(call.body.attendee).toEqual({ name: 'Eva', phoneNumber: '+491511234560', timeZone: 'Europe/Berlin' });
    expect(fault(refused)).toEqual([400, 'VALIDATION_ERROR', { reason: 'FIELD_MISSING_OR_INVALID' }]);
  });

  it("are the company's own: others' are not found, byte for byte as none, and nothing of them changes", async () => {
    const { customerId } = await book({ name: 'Theirs', email: 'theirs@customer.example' }, other);
    const timeless = ({ text, headers }: TestAnswer) =>
      text.replace(/"timestamp":"[^"]*"/, '').replaceAll(headers.get('x-correlation-id') ?? '-', '');
    for (const [method, body] of [['GET'], ['PATCH', { name: 'Mine' }], ['DELETE']] as [string, object?][]) {
      const foreign = await desk.call(method, `/api/customers/${customerId}`, body);
      expect([method, foreign.status]).toEqual([method, 404]);
      expect(timeless(foreign)).toBe(timeless(await desk.call(method, `/api/customers/${randomUUID()}`, body)));
    }
    expect(await found('email=theirs@customer.example')).toEqual([]);
    expect((await desk.call('GET', `/api/bookings?customerId=${customerId}`)).body.data).toEqual([]);
    expect((await other.call('GET', `/api/customers/${customerId}`)).body.name).toBe('Theirs');
    for (const key of [desk.company.publishableKey, service.adminKey]) {
      expect((await service.call('GET', '/api/customers', { key })).status).toBe(403);
    }
  });
});
