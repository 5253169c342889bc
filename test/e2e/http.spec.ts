import { connect } from 'node:net';
import { ERROR_CODES } from '../../src/foundation/errors/error-table';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, TestCompany, TestService } from '../support/service';

let service: TestService;
let company: TestCompany;

beforeAll(async () => {
  service = await startTestService();
  company = await service.createCompany();
});
afterAll(() => service.stop());

describe('every request', () => {
  it.each([
    '[1]',
    'null',
    '"text"',
    '{"__proto__":{"admin":true}}',
    `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  ])('with the body %.40s is refused with 400 in the one error shape', async (body) => {
    const answer = await service.call('POST', '/api/bookings', {
      key: company.secretKey,
      body,
      headers: { 'idempotency-key': 'k' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'VALIDATION_ERROR', details: { fields: expect.any(Array) } });
  });

  it('with a body over the limit is refused with 413', async () => {
    const body = `{"a":"${'x'.repeat(300_000)}"}`;
    const answer = await service.call('POST', '/api/bookings', { key: company.secretKey, body });
    expect(answer.status).toBe(413);
    expect(answer.body.error.code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('to an unknown route is answered 404 without repeating the address', async () => {
    const answer = await service.call('GET', '/api/nothing/secret-canary?x=secret-canary', { key: company.secretKey });
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('NOT_FOUND');
    expect(answer.text).not.toContain('secret-canary');
  });

  it('gets its correlation id back, in the header and in the error', async () => {
    const answer = await service.call('GET', '/api/nothing', { headers: { 'x-correlation-id': 'call-17' } });
    expect(answer.headers.get('x-correlation-id')).toBe('call-17');
    expect(answer.body.error.correlationId).toBe('call-17');
  });

  it('with an unprintable or 10 KB correlation id gets one of ours, and one log line', async () => {
    const before = service.logs().length;
    const answer = await service.call('GET', '/api/me', { headers: { 'x-correlation-id': 'x'.repeat(10_240) } });
    const id = answer.headers.get('x-correlation-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const lines = service.logs().slice(before).split('\n');
    expect(lines.filter((line) => line.includes(String(id)))).toHaveLength(1);
  });

  it.each([
    ['GET', '/api/me', ''],
    ['GET', '/api/bookings', '?attendeeEmail=eva@canary.example'],
    ['POST', '/api/bookings', ''],
    ['GET', '/api/nothing/at-all', '?token=secret-canary'],
    ['OPTIONS', '/api/availability', '?token=secret-canary'],
  ])(
    'is written to the log with the path that was asked for, without its query: %s %s',
    async (method, path, query) => {
      const before = service.logs().length;
      const headers = { 'x-correlation-id': `log of ${method} ${path}` };
      await service.call(method, `${path}${query}`, { key: company.secretKey, headers });
      const written = (): string[] =>
        service
          .logs()
          .slice(before)
          .split('\n')
          .filter((line) => line.includes('request completed'));
      const [line] = await eventually(
        () => Promise.resolve(written()),
        (lines) => lines.length > 0,
      );
      expect(JSON.parse(line!).req).toEqual({ method, path });
      expect(service.logs().slice(before)).not.toContain('canary');
    },
  );

  it('with a header of 64 KB is refused and does no harm', async () => {
    const raw = await rawAnswer(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(65_536)}\r\n\r\n`);
    expect(raw).toMatch(/^HTTP\/1\.1 431 /);
    expect((await service.call('GET', '/livez')).status).toBe(200);
  });

  it('with two Content-Lengths is refused', async () => {
    const raw = await rawAnswer(
      'POST /api/bookings HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    );
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('the documentation', () => {
  it('is served to people and to machines', async () => {
    expect((await service.call('GET', '/docs')).status).toBe(200);
    const document = (await service.call('GET', '/openapi.json')).body;
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/bookings', '/api/event-types', '/api/availability', '/api/companies', '/livez']),
    );
    expect(document.components.schemas.Error.properties.error.properties.code.enum).toEqual(ERROR_CODES);
  });
});

describe('a browser', () => {
  const preflight = (origin: string) =>
    service.call('OPTIONS', '/api/availability', {
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });

  it('may ask from an origin that a publishable key lists', async () => {
    const answer = await preflight('https://book.salon.example');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://book.salon.example');
  });

  it('is not let in from any other origin', async () => {
    const answer = await preflight('https://evil.example');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

function rawAnswer(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(service.baseUrl);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    socket.setTimeout(15_000, () => socket.destroy());
  });
}
