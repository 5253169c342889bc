import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { HostTimes, type TimeClaim, TimeClaimed } from '../../src/features/availability/claims/host-times.service';
import { startTestService, type TestService } from '../support/service';

const HOUR_MS = 3_600_000;

describe('claims on the time of a host', () => {
  let service: TestService;
  let database: DataSource;
  let desk: Desk;
  let times: HostTimes;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    times = service.app.get(HostTimes);
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  /** A hold's row, for claims to point at. */
  async function holdRow(): Promise<string> {
    const id = randomUUID();
    await database.query(
      `insert into holds (id, company_id, connection_id, event_type_id, starts_at, ends_at, expires_at, token_hash, holder)
       values ($1, $2, $3, $4, now(), now(), now() + interval '1 hour', '', '')`,
      [id, desk.company.companyId, desk.company.connectionId, desk.eventType.id],
    );
    return id;
  }

  async function claim(claims: TimeClaim[]): Promise<'got' | 'claimed'> {
    const claimant = { holdId: await holdRow(), expiresAtMs: Date.now() + HOUR_MS };
    try {
      await database.transaction((manager) => times.claim(manager, desk.company.companyId, claimant, claims));
      return 'got';
    } catch (error) {
      if (error instanceof TimeClaimed) return 'claimed';
      throw error;
    }
  }

  const host = (account: string, name: string, fromMs: number): TimeClaim => ({
    account,
    host: name,
    fromMs,
    toMs: fromMs + HOUR_MS,
  });

  it('are given to one of many who overlap, and never end in a deadlock', async () => {
    const account = randomUUID();
    const fromMs = Date.parse(startAt(0, 9));
    for (let round = 0; round < 20; round++) {
      const asked = Array.from({ length: 8 }, (_, i) => claim([host(account, `host ${round}`, fromMs + i * 60_000)]));
      const answers = await Promise.all(asked);
      expect(answers.filter((answer) => answer === 'got')).toHaveLength(1);
    }
  });

  it('are all given or none, in whatever order they are named', async () => {
    const account = randomUUID();
    const fromMs = Date.parse(startAt(0, 9));
    const [a, b, c] = ['a', 'b', 'c'].map((name) => host(account, name, fromMs)) as [TimeClaim, TimeClaim, TimeClaim];
    const answers = await Promise.all([claim([a, b, c]), claim([c, b, a]), claim([b, c, a]), claim([b])]);
    const got = answers.filter((answer) => answer === 'got');
    expect(got).toHaveLength(1);
    const rows = await database.query('select host from time_claims where account = $1', [account]);
    expect(rows).toHaveLength(answers.indexOf('got') === 3 ? 1 : 3);
  });
});
