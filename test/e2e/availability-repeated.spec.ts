import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const PAGE = 'https://book.salon.example';
const OTHER_PAGE = 'https://elsewhere.example';
/** As long as a key is remembered. */
const REVOKED_AFTER_MS = 1_000;

let service: TestService;
let company: TestCompany;
let path: string;

beforeAll(async () => {
  service = await startTestService({ config: { quotas: { secretPerMinute: 100_000, publishablePerMinute: 360 } } });
  company = await service.createCompany();
  const created = await service.call('POST', '/api/event-types', {
    key: company.secretKey,
    body: { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 },
  });
  const day = DateTime.now().plus({ weeks: 2 }).toISODate();
  path = `/api/availability?${new URLSearchParams({ eventTypeId: created.body.id, start: day, end: day })}`;
  await read();
  await read();
});
afterAll(() => service?.stop());

const read = (key = company.secretKey, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  service.call('GET', path, { key, headers });

/** Reads by route that the metrics have counted. */
async function counted(): Promise<number> {
  const { text } = await service.call('GET', '/metrics', { key: service.adminKey });
  const line = /^slotbridge_request_duration_seconds_count\{.*route="\/api\/availability",status="200"\} (\d+)/m;
  return Number(line.exec(text)?.[1]);
}

const lines = (): number => service.logs().split('/api/availability"').length;

/** Whatever a caller can see, but for what is each request's own. */
function seen({ status, headers, text }: TestAnswer): unknown {
  const own = new Set(['date', 'x-correlation-id']);
  return [status, Object.fromEntries([...headers].filter(([name]) => !own.has(name))), text];
}

describe('a question that is asked again', () => {
  it('gets the very answer that went the whole way, with each header, from a page and from a server', async () => {
    const past = (url: string) => `${url}&limit=500`;
    for (const [key, headers] of [
      [company.secretKey, {}],
      [company.publishableKey, { origin: PAGE }],
    ] as const) {
      const first = await service.call('GET', past(path), { key, headers });
      const again = [await read(key, headers), await read(key, headers)];
      const longWay = seen(first) as unknown[];
      for (const answer of again) expect(seen(answer)).toEqual(longWay);
    }
  });

  it('is answered under the correlation id that it brings', async () => {
    const id = randomUUID();
    expect((await read(undefined, { 'x-correlation-id': id })).headers.get('x-correlation-id')).toBe(id);
  });

  it('is counted each time by route, and written to the log once in a hundred times', async () => {
    const [countBefore, linesBefore] = [await counted(), lines()];
    for (let asked = 0; asked < 20; asked += 1) await Promise.all(Array.from({ length: 10 }, () => read()));
    expect((await counted()) - countBefore).toBe(200);
    expect(lines() - linesBefore).toBe(2);
  });

  it('is answered with 304 and the same headers, to whoever has the answer', async () => {
    const { headers } = await read();
    const same = await read(undefined, { 'if-none-match': headers.get('etag')! });
    expect([same.status, same.text, same.headers.get('content-type')]).toEqual([304, '', null]);
    for (const name of ['etag', 'cache-control', 'vary', 'x-content-type-options']) {
      expect([name, same.headers.get(name)]).toEqual([name, headers.get(name)]);
    }
  });

  it('is refused to a page that the key does not list', async () => {
    await read(company.publishableKey, { origin: PAGE });
    expect((await read(company.publishableKey, { origin: OTHER_PAGE })).status).toBe(403);
    const fromServer = await read(company.secretKey, { origin: OTHER_PAGE });
    expect([fromServer.status, fromServer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('is refused to no key, to a wrong one, and to one of another company', async () => {
    const other = await service.createCompany();
    await service.call('GET', '/api/event-types', { key: other.secretKey });
    const statuses = [await service.call('GET', path), await read('sk_wrong'), await read(other.secretKey)];
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 404]);
  });

  it('is refused when it names a company, and to other methods', async () => {
    expect((await read(undefined, { 'x-company-id': company.companyId })).status).toBe(400);
    const posted = await service.call('POST', path, { key: company.secretKey, body: {} });
    expect(posted.status).toBe(404);
  });

  it('counts for the quota of its key', async () => {
    const asked = await Promise.all(Array.from({ length: 100 }, () => read(company.publishableKey, { origin: PAGE })));
    const statuses = asked.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    // Sixty at once, less what the tests before have used.
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(70);
    const refused = asked.find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after')).toBe('1');
  });

  it('is refused to a revoked key, within a second', async () => {
    const keys = `/api/companies/${company.companyId}/keys`;
    const made = await service.call('POST', keys, { key: service.adminKey, body: { kind: 'secret', name: 'short' } });
    expect([(await read(made.body.key)).status, (await read(made.body.key)).status]).toEqual([200, 200]);
    await service.call('DELETE', `${keys}/${made.body.id}`, { key: service.adminKey });
    const revokedMs = Date.now();
    let status = 200;
    while (status === 200) ({ status } = await read(made.body.key));
    expect([status, Date.now() - revokedMs < REVOKED_AFTER_MS + 500]).toEqual([401, true]);
  });
});
