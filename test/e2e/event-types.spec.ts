import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { startTestService, TestAnswer, TestCompany, TestService } from '../support/service';

const HAIRCUT = { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 };

let service: TestService;
let company: TestCompany;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());
const freshCompany = async (): Promise<void> => {
  company = await service.createCompany();
};

async function api(method: string, path: string, body?: unknown, key = company.secretKey): Promise<TestAnswer> {
  return service.call(method, `/api/event-types${path}`, { key, body });
}

async function created(body: object = HAIRCUT): Promise<any> {
  const answer = await api('POST', '', body);
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.body;
}

/** The company's own account at the provider, asked without our service. */
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
  return (await response.json()) as any;
}

async function calls(operation: string): Promise<number> {
  const key = encodeURIComponent(company.providerKey);
  const answer = await service.sandboxCall('GET', `/_sandbox/calls?key=${key}&operation=${operation}`);
  return answer.body.length;
}

/** Everything but what differs between any two requests. */
function withoutRequest({ status, body }: TestAnswer) {
  const { correlationId: _, timestamp: __, ...error } = body.error;
  return { status, error };
}

async function sql<T>(text: string, values: unknown[]): Promise<T[]> {
  const client = new Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as T[];
  } finally {
    await client.end();
  }
}

/**
 * Starts requests while a lock of the database holds them up, and gives their answers after it is free again.
 * `waiting(n)` returns when n statements stand before a lock.
 */
async function whileLocked(
  lock: string,
  start: (waiting: (count: number) => Promise<void>) => Promise<Promise<TestAnswer>[]>,
): Promise<TestAnswer[]> {
  const client = new Client({ connectionString: service.databaseUrl });
  await client.connect();
  const waiting = async (count: number): Promise<void> => {
    const text = `select count(*)::integer as n from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`;
    for (const deadline = Date.now() + 10_000; (await sql<{ n: number }>(text, []))[0]!.n < count; await pause(10)) {
      if (Date.now() > deadline) throw new Error(`fewer than ${count} statements came to wait`);
    }
  };
  try {
    await client.query('begin');
    await client.query(lock);
    const requests = await start(waiting);
    await client.query('commit');
    return await Promise.all(requests);
  } finally {
    await client.end();
  }
}

describe('creating, changing and deleting', () => {
  beforeEach(freshCompany);

  it('creates the type at the provider with every field and answers with an id of ours', async () => {
    const type = await created({
      ...HAIRCUT,
      description: 'Wash and cut ✂️ <script>',
      slotIntervalMinutes: 15,
      minimumNoticeMinutes: 90,
      beforeBufferMinutes: 5,
      afterBufferMinutes: 10,
      hidden: true,
      requiresConfirmation: true,
      locations: [{ type: 'address', value: 'Havelstrasse 12' }],
    });
    expect(type).toMatchObject({
      ...HAIRCUT,
      description: 'Wash and cut ✂️ <script>',
      slotIntervalMinutes: 15,
      hidden: true,
      requiresConfirmation: true,
      locations: [{ type: 'address', value: 'Havelstrasse 12' }],
    });
    expect(type.id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await provider('GET', `/${type.providerId}`)).data).toMatchObject({
      title: 'Haircut',
      slug: 'haircut',
      lengthInMinutes: 30,
      slotInterval: 15,
      minimumBookingNotice: 90,
      beforeEventBuffer: 5,
      afterEventBuffer: 10,
      hidden: true,
    });
  });

  it('shows the hosts without their e-mail addresses', async () => {
    const type = await created();
    expect(type.hosts).toEqual([expect.objectContaining({ name: 'Maria Lindner' })]);
    expect(JSON.stringify([type, (await api('GET', '')).body])).not.toContain('@');
  });

  it('changes only what is named, at the provider and here', async () => {
    const type = await created();
    const changed = await api('PATCH', `/${type.id}`, { title: 'Long haircut', lengthMinutes: 45 });
    expect([changed.status, changed.body]).toEqual([200, { ...type, title: 'Long haircut', lengthMinutes: 45 }]);
    expect((await provider('GET', `/${type.providerId}`)).data).toMatchObject({
      title: 'Long haircut',
      slug: 'haircut',
      lengthInMinutes: 45,
    });
    expect((await api('GET', '')).body.data).toEqual([changed.body]);
  });

  it('deletes at the provider; afterwards the type is found nowhere, its row stays for old appointments', async () => {
    const type = await created();
    const deleted = await api('DELETE', `/${type.id}`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await provider('GET', '')).data).toEqual([]);
    expect((await api('GET', '')).body.data).toEqual([]);
    expect((await api('GET', `/${type.id}`)).body.error.code).toBe('EVENT_TYPE_NOT_FOUND');
    expect(await sql('select deleted_at from event_types where id = $1', [type.id])).toEqual([
      { deleted_at: expect.any(Date) },
    ]);
  });

  it('says that a slug is taken, with the reason and without the words of the provider', async () => {
    await created();
    const again = await api('POST', '', HAIRCUT);
    expect([again.status, again.body.error.code, again.body.error.details]).toEqual([
      409,
      'CONFLICT',
      { reason: 'SLUG_TAKEN' },
    ]);
  });

  it('reads what was changed at the provider since', async () => {
    const type = await created();
    await provider('PATCH', `/${type.providerId}`, { title: 'Renamed there' });
    expect((await api('GET', `/${type.id}`)).body).toEqual({ ...type, title: 'Renamed there' });
    expect((await api('GET', '')).body.data[0].title).toBe('Renamed there');
  });

  it.each(['GET', 'PATCH', 'DELETE'])('forgets a type that is gone when %s finds it so', async (method) => {
    const type = await created();
    await provider('DELETE', `/${type.providerId}`);
    const answer = await api(method, `/${type.id}`, method === 'PATCH' ? { title: 'Too late' } : undefined);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
    expect((await api('GET', '')).body.data).toEqual([]);
  });
});

describe('sync', () => {
  beforeEach(freshCompany);

  it('mirrors what was created, changed and deleted at the provider, and counts it', async () => {
    const kept = await created();
    const doomed = await created({ ...HAIRCUT, slug: 'doomed' });
    await created({ ...HAIRCUT, slug: 'untouched' });
    await provider('POST', '', { title: 'New there', slug: 'new-there', lengthInMinutes: 20 });
    await provider('PATCH', `/${kept.providerId}`, { title: 'Changed there' });
    await provider('DELETE', `/${doomed.providerId}`);

    const sync = await api('POST', '/sync');
    expect([sync.status, sync.body]).toEqual([200, { created: 1, updated: 1, deleted: 1, unchanged: 1 }]);
    const listed = (await api('GET', '')).body.data;
    expect(listed.map((type: any) => type.title)).toEqual(['Changed there', 'Haircut', 'New there']);
    expect(listed[0].id).toBe(kept.id);
  });

  it('changes nothing the second time', async () => {
    await created();
    await api('POST', '/sync');
    expect((await api('POST', '/sync')).body).toEqual({ created: 0, updated: 0, deleted: 0, unchanged: 1 });
  });

  it('stores each type once when many syncs run at the same time, and counts it as created once', async () => {
    for (const slug of ['one', 'two', 'three']) {
      await provider('POST', '', { title: slug, slug, lengthInMinutes: 20 });
    }
    const answers = await whileLocked('lock table event_types in exclusive mode', async (waiting) => {
      const syncs = Array.from({ length: 6 }, () => api('POST', '/sync'));
      await waiting(6);
      return syncs;
    });
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(3);
    expect((await api('GET', '')).body.data).toHaveLength(3);
  });

  it('does not bring back a type that was deleted after the list was read', async () => {
    const type = await created();
    await api('POST', '/sync');
    const [sync] = await whileLocked('select 1 from sync_states for update', async (waiting) => {
      const late = api('POST', '/sync');
      await waiting(1);
      expect((await api('DELETE', `/${type.id}`)).status).toBe(204);
      return [late];
    });
    expect(sync!.status).toBe(200);
    expect((await api('GET', '')).body.data).toEqual([]);
  });

  it('does not delete a type that was created after the list was read', async () => {
    await api('POST', '/sync');
    const [sync] = await whileLocked('select 1 from sync_states for update', async (waiting) => {
      const late = api('POST', '/sync');
      await waiting(1);
      await created();
      return [late];
    });
    expect(sync!.body).toEqual({ created: 0, updated: 0, deleted: 0, unchanged: 0 });
    expect((await api('GET', '')).body.data).toHaveLength(1);
  });

  it('remembers when it last ran and last succeeded, and the code of a failure', async () => {
    await api('POST', '/sync');
    const state = () =>
      sql<{ last_run_at: Date; last_success_at: Date; last_error: string | null }>(
        `select last_run_at, last_success_at, last_error from sync_states where connection_id = $1 and kind = 'event-types'`,
        [company.connectionId],
      );
    const [first] = await state();
    expect(first).toEqual({ last_run_at: expect.any(Date), last_success_at: first!.last_run_at, last_error: null });

    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'error-before',
      operation: 'eventTypes.list',
      key: company.providerKey,
      times: 10,
    });
    const failed = await api('POST', '/sync');
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect([failed.status, failed.body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    const [second] = await state();
    expect(second).toMatchObject({ last_success_at: first!.last_success_at, last_error: 'UNAVAILABLE' });
    expect(second!.last_run_at.getTime()).toBeGreaterThan(first!.last_run_at.getTime());
  });
});

describe('lists', () => {
  beforeAll(freshCompany);

  it('page by cursor through every type once, oldest first', async () => {
    for (const slug of ['a', 'b', 'c', 'd', 'e'])
      await provider('POST', '', { title: slug, slug, lengthInMinutes: 20 });
    await api('POST', '/sync');
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page++) {
      const { body } = await api('GET', query);
      seen.push(...body.data.map((type: any) => type.slug));
      query = `?limit=2&cursor=${body.nextCursor}`;
      expect(body.nextCursor === undefined).toBe(page === 2);
    }
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('filter by slug and by whether a type is hidden', async () => {
    await freshCompany();
    await created();
    await created({ ...HAIRCUT, slug: 'secret', hidden: true });
    const slugs = async (query: string) => (await api('GET', query)).body.data.map((type: any) => type.slug);
    expect(await slugs('?hidden=true')).toEqual(['secret']);
    expect(await slugs('?hidden=false')).toEqual(['haircut']);
    expect(await slugs('?slug=secret')).toEqual(['secret']);
    expect(await slugs('?slug=secret&hidden=false')).toEqual([]);
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=1e1',
    '?hidden=1',
    '?slug=%00',
    '?cursor=x',
    '?companyId=1',
    '?slug=a&slug=b',
  ])('refuse %s', async (query) => {
    const answer = await api('GET', query);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('walls', () => {
  beforeEach(freshCompany);

  it("answers 404 for another company's type, exactly as for none, and asks no provider", async () => {
    const foreign = await created();
    company = await service.createCompany();
    for (const [method, body] of [['GET'], ['PATCH', { title: 'Mine now' }], ['DELETE']] as const) {
      const [other, none, noId] = await Promise.all(
        [foreign.id, randomUUID(), 'not-an-id'].map((id) => api(method, `/${id}`, body)),
      );
      expect(withoutRequest(other!).status).toBe(404);
      expect(withoutRequest(other!)).toEqual(withoutRequest(none!));
      expect(withoutRequest(noId!)).toEqual(withoutRequest(none!));
    }
    expect([await calls('eventTypes.get'), await calls('eventTypes.update'), await calls('eventTypes.delete')]).toEqual(
      [0, 0, 0],
    );
  });

  it('is closed to publishable keys', async () => {
    const answers = await Promise.all([
      api('GET', '', undefined, company.publishableKey),
      api('POST', '', HAIRCUT, company.publishableKey),
      api('POST', '/sync', undefined, company.publishableKey),
    ]);
    expect(answers.map(({ body }) => body.error.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    expect(await calls('eventTypes.create')).toBe(0);
  });
});

describe('bad input', () => {
  let type: any;
  beforeAll(async () => {
    await freshCompany();
    type = await created({ ...HAIRCUT, slug: 'good' });
  });

  it.each([
    ['lengthMinutes as text', { lengthMinutes: '30' }],
    ['lengthMinutes of nothing', { lengthMinutes: 0 }],
    ['lengthMinutes of more than a day', { lengthMinutes: 1_441 }],
    ['a broken lengthMinutes', { lengthMinutes: 1.5 }],
    ['lengthMinutes true', { lengthMinutes: true }],
    ['an empty title', { title: ' ' }],
    ['NUL in the title', { title: 'a\u0000b' }],
    ['a slug in capitals', { slug: 'Haircut' }],
    ['a slug with a space', { slug: 'hair cut' }],
    ['a slug of 101 letters', { slug: 'a'.repeat(101) }],
    ['null instead of a text', { description: null }],
    ['hidden as text', { hidden: 'true' }],
    ['a scheduleId that is no number', { scheduleId: '0x10' }],
    ['a scheduleId beyond 32 bits', { scheduleId: '9007199254740993' }],
    ['a location of an unknown type', { locations: [{ type: 'moon' }] }],
    ['a location that is no object', { locations: ['address'] }],
    ['an unknown property', { companyId: randomUUID() }],
  ])('refuses %s and asks no provider', async (_, fault) => {
    const answer = await api('POST', '', { ...HAIRCUT, ...fault });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.body.error.details.fields[0].field).toContain(Object.keys(fault)[0]);
    expect(await calls('eventTypes.create')).toBe(1);
  });

  it.each([
    ['nothing', {}],
    ['null', { title: null }],
    ['a wrong number', { lengthMinutes: '30' }],
  ])('refuses a change of %s and asks no provider', async (_, change) => {
    const answer = await api('PATCH', `/${type.id}`, change);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(await calls('eventTypes.update')).toBe(0);
  });
});
