import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('a hostile caller', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it.each(['confirm', 'decline'])('cannot %s a booking that is cancelled', async (change) => {
    const start = startAt(change === 'confirm' ? 0 : 1, 9);
    const first = await desk.book(desk.request(start));
    await desk.change(first.body.id, 'cancel', { reason: 'Ill' });
    const second = await desk.book(desk.request(start));
    expect(second.status).toBe(201);
    const answer = await desk.change(first.body.id, change);
    expect([answer.status, answer.body.error?.details.reason]).toEqual([409, 'CANCELLED']);
    const now = await desk.call('GET', `/api/bookings/${first.body.id}`);
    expect(now.body.status).toBe('cancelled');
  });

  it.each(['+275760-09-13T00:00:00.000Z', '-000001-04-20T00:00:00.000Z'])(
    'is told that a cursor at %s is none of any list',
    async (at) => {
      const cursor = Buffer.from(JSON.stringify([at, randomUUID()])).toString('base64url');
      for (const path of ['/api/bookings', '/api/event-types', '/api/webhooks/deliveries']) {
        const answer = await desk.call('GET', `${path}?cursor=${cursor}`);
        expect([path, answer.status]).toEqual([path, 400]);
      }
    },
  );

  it('is refused a NUL in a filter', async () => {
    expect((await desk.call('GET', '/api/webhooks/deliveries?trigger=%00')).status).toBe(400);
  });

  it.each(['/api/bookings/%zz', `/api/bookings/${'a'.repeat(300)}`])(
    'gets the one error shape for %s',
    async (path) => {
      const { status, body, headers } = await desk.call('GET', path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(Object.keys(body)).toEqual(['error']);
      expect(body.error.correlationId).toBe(headers.get('x-correlation-id'));
    },
  );

  it.each(['+25:00', '+99:99', '-15:00', '+02:60'])('is refused the offset %s, which no place has', async (offset) => {
    const answer = await desk.book(desk.request(`2027-03-02T09:00:00${offset}`));
    expect([answer.status, answer.body.error?.details.fields?.[0]?.field]).toEqual([400, 'start']);
  });

  it('leaves a log line that says what failed and where', async () => {
    await desk.scenario('garbage', 'me.get', { times: 5 });
    expect((await desk.call('GET', '/api/me')).status).toBe(503);
    const failed =
      service
        .logs()
        .split('\n')
        .find((line) => line.includes('request failed')) ?? '{}';
    expect(JSON.parse(failed).err).toMatchObject({ type: expect.any(String), stack: expect.stringContaining('at ') });
  });

  it('cannot name a company in the body of a route that takes none', async () => {
    for (const path of ['/api/event-types/sync', `/api/bookings/${randomUUID()}/confirm`]) {
      const answer = await desk.call('POST', path, { companyId: randomUUID() });
      expect([path, answer.status, answer.body.error.details.fields]).toEqual([
        path,
        400,
        [{ field: 'companyId', reason: 'is not a known property' }],
      ]);
    }
  });

  it('gets the one error shape even for a header of 64 KB', async () => {
    const answer = await rawAnswer(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(65_536)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').error.code).toBe('VALIDATION_ERROR');
  });

  it('cannot send two idempotency keys', async () => {
    const key = ['Idempotency-Key: a', 'Idempotency-Key: b', `Authorization: Bearer ${desk.company.secretKey}`].join(
      '\r\n',
    );
    const body = JSON.stringify(desk.request(startAt(3, 9)));
    const answer = await rawAnswer(
      `POST /api/bookings HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Idempotency-Key');
  });

  it('cannot pass another reason off as the same request by writing it in the query', async () => {
    const { body: booking } = await desk.book(desk.request(startAt(5, 9)));
    const cancel = (reason: string) =>
      desk.call('DELETE', `/api/bookings/${booking.id}?reason=${reason}`, undefined, { 'idempotency-key': 'once' });
    expect((await cancel('ill')).status).toBe(200);
    const other = await cancel('bored');
    expect([other.status, other.body.error?.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await cancel('ill')).headers.get('idempotency-replayed')).toBe('true');
  });

  function rawAnswer(request: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1', () => socket.write(request));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => undefined);
    });
  }
});
