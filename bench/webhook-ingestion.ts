import { createCipheriv, createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../src/foundation/database/embedded-postgres';
import { migrateDatabase } from '../src/foundation/database/migrate';
import { type RunningProcess, startService } from './pace-run/processes';

/** Both are measured in every round, so that a machine that gets slower meanwhile slows both. */
const ROUNDS = 15;
const WEBHOOKS = 400;
/** Sent at the same time; the direct transactions have as many connections. */
const AT_ONCE = 8;
const QUEUE = 'webhook-delivery';
const SECRET = randomBytes(32).toString('base64url');

interface Place {
  companyId: string;
  connectionId: string;
}

/** Webhooks a second over HTTP, beside the two-row transaction that each of them comes down to. */
async function main(): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-postgres' });
  const name = `ingestion_${Date.now()}`;
  try {
    await createDatabaseIfMissing(postgres, name);
    const url = postgres.url(name);
    await migrateDatabase(url);
    const service = await startService({
      DATABASE_URL: url,
      ENCRYPTION_KEY: `bench:${randomBytes(32).toString('base64')}`,
      CALCOM_WEBHOOK_SECRET: SECRET,
    });
    try {
      await compare(url, service);
    } finally {
      await service.stop();
    }
  } finally {
    await postgres.stop();
  }
}

async function compare(databaseUrl: string, service: RunningProcess): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: AT_ONCE });
  const boss = new PgBoss({ connectionString: databaseUrl, schema: 'pgboss', max: 1, supervise: false });
  await boss.start();
  const place = await ownConnection(pool);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const [overHttp, direct]: [number[], number[]] = [[], []];
  // Neither compiled code nor a warm cache is measured.
  await perSecond(() => send(service.url, place, agent));
  await perSecond(() => store(pool, boss, place));
  for (let round = 0; round < ROUNDS; round++) {
    overHttp.push(await perSecond(() => send(service.url, place, agent)));
    direct.push(await perSecond(() => store(pool, boss, place)));
    await pool.query('delete from pgboss.job where name = $1', [QUEUE]);
  }
  print(overHttp, direct);
  agent.destroy();
  await boss.stop({ graceful: false });
  await pool.end();
}

/** A connection on the deployment's own key: its webhooks are signed with the deployment's secret. */
async function ownConnection(pool: Pool): Promise<Place> {
  const { rows } = await pool.query<Place>(
    `with company as (
       insert into companies (name, time_zone, locale, phone_country)
       values ('Bench', 'Europe/Berlin', 'de-DE', 'DE') returning id)
     insert into connections (company_id, provider, status) select id, 'calcom-v2', 'verified' from company
     returning company_id as "companyId", id as "connectionId"`,
  );
  return rows[0]!;
}

/** As long as a real one of one attendee. */
function body(): string {
  const attendee = { name: 'Jonas Weber', email: 'jonas@customer.example', timeZone: 'Europe/Berlin' };
  const payload = { uid: randomUUID(), attendees: [attendee], description: 'x'.repeat(1_800) };
  return JSON.stringify({ triggerEvent: 'OOO_CREATED', createdAt: new Date().toISOString(), payload });
}

function send(url: string, { connectionId }: Place, agent: Agent): Promise<void> {
  const text = body();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-cal-signature-256': createHmac('sha256', SECRET).update(text).digest('hex'),
  };
  return new Promise((resolve, reject) => {
    const sending = request(
      `${url}/api/webhooks/calcom/${connectionId}`,
      { method: 'POST', agent, headers },
      (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`answered ${answer.statusCode}`));
        });
      },
    );
    sending.once('error', reject).end(text);
  });
}

/** What the service writes, without the service: the sealed body and its job. */
async function store(pool: Pool, boss: PgBoss, { companyId, connectionId }: Place): Promise<void> {
  const text = body();
  const [id, key] = [randomUUID(), Buffer.alloc(32, 1)];
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
  const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  const hash = createHash('sha256').update(text).digest('hex');
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into webhook_deliveries (id, company_id, connection_id, trigger, body_hash, sealed_body)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id`,
      [id, companyId, connectionId, 'OOO_CREATED', hash, sealed],
    );
    const executeSql = (sql: string, values?: unknown[]) => client.query<Record<string, unknown>>(sql, values);
    await boss.send(QUEUE, { companyId, deliveryId: id }, { db: { executeSql } });
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  let left = WEBHOOKS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return WEBHOOKS / ((performance.now() - begun) / 1_000);
}

function print(overHttp: number[], direct: number[]): void {
  const ratios = overHttp.map((rate, round) => rate / direct[round]!);
  const rate = (values: number[]): string => `${median(values).toFixed(0)} a second`.padStart(16);
  console.log(`webhooks taken in over HTTP      ${rate(overHttp)} (median of ${ROUNDS} rounds of ${WEBHOOKS})`);
  console.log(`the same transaction, directly   ${rate(direct)}`);
  console.log(`ratio                            ${median(ratios).toFixed(2).padStart(16)} (aim: 0.50 at least)`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
