import { request } from 'node:http';
import { DataSource } from 'typeorm';
import { TRIGGER_TABLE } from '../../src/features/webhooks/trigger-table';
import { deliver, deliverSigned, envelope, registeredSecret, signatureOf } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestCompany, type TestService } from '../support/service';

describe('a webhook about a booking, whatever its trigger and form', () => {
  let service: TestService;
  let database: DataSource;
  let company: TestCompany;
  let secret: string;
  let provider: ProviderSide;
  let appointment: any;
  let uid: string;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    company = await service.createCompany();
    secret = await registeredSecret(service, company);
    provider = new ProviderSide(service, company);
    const type = await provider.eventType('cut');
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
    ({ uid } = await provider.book(type, workdayAt(9)));
    [appointment] = await eventually(bookings, (data) => data.length === 1);
  });

  afterAll(() => service?.stop());

  const bookings = async (): Promise<any[]> =>
    (await service.call('GET', '/api/bookings', { key: company.secretKey })).body.data;
  /** What the record says of the booking, set to something that the provider does not say. */
  const spoilRecord = () => database.query("update appointments set location = 'nowhere', provider_updated_at = null");
  const location = async (): Promise<string> =>
    (await database.query('select location from appointments where id = $1', [appointment.id]))[0].location;
  const newest = async (): Promise<any> => {
    const get = (path: string) => service.call('GET', `/api/webhooks/deliveries${path}`, { key: company.secretKey });
    const [{ id }] = (await get('?limit=1')).body.data;
    return eventually(
      async () => (await get(`/${id}`)).body,
      ({ status }) => status !== 'received',
    );
  };
  const sendBytes = async (body: string, contentType = 'application/json'): Promise<any> => {
    const headers = { 'content-type': contentType, 'x-cal-signature-256': signatureOf(body, secret) };
    const answer = await deliver(service, `/${company.connectionId}`, body, headers);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
    return newest();
  };
  const send = (trigger: string, marker: string, payload: object): Promise<any> =>
    sendBytes(envelope(trigger, marker, payload));

  describe('of the table', () => {
    const rows = (effects: string[]) => TRIGGER_TABLE.filter(({ effect }) => effects.includes(effect));

    it.each(rows(['created', 'requested', 'rescheduled', 'cancelled', 'reschedule-requested', 'rejected']))(
      '$trigger ($effect) is settled by reading: what the booking is now counts, not what the body says',
      async ({ trigger, effect, sign }) => {
        await spoilRecord();
        const delivery = await send(trigger, effect, { uid, startTime: '2027-01-01T09:00:00Z', ...sign });
        expect(delivery).toMatchObject({ trigger, status: 'processed', bookingId: appointment.id });
        const asked = effect === 'reschedule-requested' ? 'asked to reschedule: ' : '';
        expect(delivery.effect).toBe(`${asked}is confirmed`);
        expect(await location()).not.toBe('nowhere');
        expect(await bookings()).toEqual([expect.objectContaining({ id: appointment.id, start: appointment.start })]);
      },
    );

    it.each(rows(['changed']))('$trigger has the booking read', async ({ trigger }) => {
      await spoilRecord();
      const delivery = await send(trigger, 'read it', { uid, status: 'ACCEPTED', startTime: appointment.start });
      expect(delivery).toMatchObject({
        trigger,
        status: 'processed',
        bookingId: appointment.id,
        effect: 'is confirmed',
      });
      expect(await location()).not.toBe('nowhere');
    });

    it.each(rows(['event-types']))('$trigger has the event types read anew', async ({ trigger }) => {
      const slug = trigger.toLowerCase().replace('.', '-').replaceAll('_', '-');
      await provider.eventType(slug);
      const delivery = await send(trigger, 'read them', { id: 1 });
      expect(delivery).toMatchObject({ trigger, status: 'processed', bookingId: null });
      expect(delivery.effect).toBe('event types read: 1 new, 0 changed, 0 gone');
      const { body } = await service.call('GET', `/api/event-types?slug=${slug}`, { key: company.secretKey });
      expect(body.data).toHaveLength(1);
    });

    it.each(rows(['other']))('$trigger is stored and changes nothing', async ({ trigger }) => {
      const name = trigger.replace('*', 'EXPIRED');
      await spoilRecord();
      const delivery = await send(name, 'nothing', { uid });
      expect(delivery).toMatchObject({ trigger: name, status: 'ignored', bookingId: null, attempts: 1 });
      expect(await location()).toBe('nowhere');
    });
  });

  it('is stored when nobody knows its trigger, and settled by reading when it names a booking', async () => {
    await spoilRecord();
    expect(await send('BOOKING_TELEPORTED', 'with a uid', { uid })).toMatchObject({
      trigger: 'BOOKING_TELEPORTED',
      status: 'processed',
      bookingId: appointment.id,
    });
    expect(await location()).not.toBe('nowhere');
    expect(await send('BOOKING_TELEPORTED', 'without', {})).toMatchObject({ status: 'ignored', bookingId: null });
  });

  it.each([
    ['a flat body', 'application/json', () => JSON.stringify({ triggerEvent: 'MEETING_ENDED', uid, user: {}, id: 1 })],
    ['a template in JSON', 'application/json', () => JSON.stringify({ content: 'A booking', bookingUid: uid })],
    ['a template that is a form', 'application/x-www-form-urlencoded', () => `who=Ute+Brandt&uid=${uid}`],
    [
      'an envelope in a form',
      'application/x-www-form-urlencoded',
      () => new URLSearchParams({ triggerEvent: 'BOOKING_PAID', payload: JSON.stringify({ uid }) }).toString(),
    ],
  ])('survives as %s', async (_what, contentType, body) => {
    await spoilRecord();
    const delivery = await sendBytes(body(), contentType);
    expect(delivery).toMatchObject({ status: 'processed', bookingId: appointment.id, effect: 'is confirmed' });
    expect(await location()).not.toBe('nowhere');
  });

  it.each([
    ['a template without a uid', '{"content":"A new event has been scheduled"}'],
    ['plain text', 'Ute Brandt booked something'],
    ['no UTF-8', '\ud800'],
    ['a list', '[1,2]'],
  ])('is stored and ignored as %s', async (_what, body) => {
    expect(await sendBytes(body, 'text/plain')).toMatchObject({
      trigger: 'UNKNOWN',
      status: 'ignored',
      bookingId: null,
    });
  });

  it('answers many hints about event types with few readings', async () => {
    const reads = async (): Promise<number> => {
      const query = `?key=${company.providerKey}&operation=eventTypes.list`;
      return (await service.sandboxCall('GET', `/_sandbox/calls${query}`)).body.length;
    };
    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'error-before',
      operation: 'eventTypes.list',
    });
    const before = await reads();
    const bodies = Array.from({ length: 20 }, (_, index) => envelope('EVENT_TYPE.UPDATED', `burst ${index}`));
    const path = `/${company.connectionId}`;
    await Promise.all(bodies.map((body) => deliverSigned(service, path, body, secret)));
    const query = '?trigger=EVENT_TYPE.UPDATED&limit=20';
    const burst: any[] = await eventually(
      async () => (await service.call('GET', `/api/webhooks/deliveries${query}`, { key: company.secretKey })).body.data,
      (data) => data.every(({ status }: any) => status !== 'received'),
    );
    expect(burst.map(({ status }) => status)).toEqual(Array(20).fill('processed'));
    expect((await reads()) - before).toBeLessThan(15);
  });

  describe('signed in an unusual way', () => {
    const post = (headers: [string, string][], body: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const url = `${service.baseUrl}/api/webhooks/calcom/${company.connectionId}`;
        const all = [
          ['content-type', 'application/json'],
          ['content-length', String(Buffer.byteLength(body))],
          ...headers,
        ];
        const sending = request(url, { method: 'POST' }, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        const byName = new Map<string, string[]>();
        for (const [name, value] of all) byName.set(name!, [...(byName.get(name!) ?? []), value!]);
        byName.forEach((values, name) => sending.setHeader(name, values.length > 1 ? values : values[0]!));
        sending.on('error', reject).end(body);
      });
    const NAME = 'x-cal-signature-256';

    it('is taken with the prefix sha256= and in upper case', async () => {
      const body = envelope('PING', 'prefixed');
      const hex = signatureOf(body, secret);
      for (const value of [`sha256=${hex}`, hex.toUpperCase(), `sha256=${hex.toUpperCase()}`]) {
        expect({ value, status: await post([[NAME, value]], body) }).toEqual({ value, status: 200 });
      }
    });

    it('is refused with two header lines, also when both are right', async () => {
      const body = envelope('PING', 'twice signed');
      const hex = signatureOf(body, secret);
      const lines: [string, string][] = [
        [NAME, hex],
        [NAME, hex],
      ];
      expect(await post(lines, body)).toBe(401);
      expect(await post([[NAME, hex]], body)).toBe(200);
    });

    it.each(['sha1=', 'SHA256 ', 'sha256=sha256=', 't=1,v1='])('is refused with %s in front', async (prefix) => {
      const body = envelope('PING', `prefix ${prefix}`);
      expect(await post([[NAME, prefix + signatureOf(body, secret)]], body)).toBe(401);
    });
  });
});
