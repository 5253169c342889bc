import { startTestService, type TestCompany, type TestService } from '../support/service';

describe('the quota of a key', () => {
  let service: TestService;
  let greedy: TestCompany;
  let modest: TestCompany;

  beforeAll(async () => {
    service = await startTestService({
      config: { quotas: { secretPerMinute: 600, publishablePerMinute: 60 }, trustedProxies: ['127.0.0.1'] },
    });
    greedy = await service.createCompany();
    modest = await service.createCompany();
  });
  afterAll(() => service?.stop());

  const ask = (key: string, headers: Record<string, string> = {}) =>
    service.call('GET', '/api/event-types', { key, headers });

  it('refuses a client at a hundred times its quota, and says when to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(greedy.secretKey)));
    const refused = answers.filter(({ status }) => status === 429);
    // A hundred at once, and one more each tenth of a second while they came in.
    expect(answers.length - refused.length).toBeLessThan(200);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    const [first] = refused;
    expect([first!.body.error.code, first!.headers.get('retry-after')]).toEqual(['RATE_LIMIT_EXCEEDED', '1']);
    const metrics = (await service.call('GET', '/metrics')).text;
    expect(metrics).toMatch(/^slotbridge_requests_over_quota_total\{kind="secret"\} [1-9]/m);
  });

  it('takes nothing from a second client that asks now and then', async () => {
    const flood = Promise.all(Array.from({ length: 500 }, () => ask(greedy.secretKey)));
    const answers = [];
    for (let asked = 0; asked < 10; asked++) answers.push(await ask(modest.secretKey));
    await flood;
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  it('is counted for each address where everybody can read the key', async () => {
    const from = (address: string) =>
      service.call('GET', '/api/availability?eventTypeId=x', {
        key: greedy.publishableKey,
        headers: { 'x-forwarded-for': address },
      });
    const mine = await Promise.all(Array.from({ length: 30 }, () => from('192.0.2.1')));
    expect(mine.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(15);
    expect((await from('192.0.2.2')).status).toBe(400);
  });

  it('is not counted anew for each of the addresses that one subscriber of IPv6 has', async () => {
    const from = (host: number) =>
      service.call('GET', '/api/availability?eventTypeId=x', {
        key: greedy.publishableKey,
        headers: { 'x-forwarded-for': `2001:db8:1:2::${host.toString(16)}` },
      });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, host) => from(host + 1)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(15);
  });

  it('does not count probes, documentation and webhooks', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => service.call('GET', '/livez')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('the address of a caller', () => {
  it('is not believed when nobody but the caller says it', async () => {
    const service = await startTestService({
      config: { quotas: { secretPerMinute: 600, publishablePerMinute: 60 } },
    });
    const { publishableKey } = await service.createCompany();
    const asking = Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        service.call('GET', '/api/availability?eventTypeId=x', {
          key: publishableKey,
          headers: { 'x-forwarded-for': `192.0.2.${n}` },
        }),
      ),
    );
    const answers = await asking.finally(() => service.stop());
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(15);
  });
});
