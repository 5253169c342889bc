import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Pool } from 'pg';
import { freePort } from '../chaos/http';
import { ownPostgres } from '../chaos/postgres';
import { runNode, untilAnswers } from '../chaos/replica';
import { Salon } from './salon';
import { Turnstile, Victim } from './victim';

/** As short as the service allows: a visit of n segments has 5 + 8 (n - 1) s. */
const DEADLINE_SECONDS = '5';
const SETTLE_SECONDS = '10';
/** Every silence of the provider is cut long before: only a crowded machine takes longer. */
const CALL_SECONDS = '10';
/** A start takes more than a second of a core. */
const STARTS_AT_ONCE = 2;

type Undo = () => unknown;

export interface WorldOptions {
  /** Of databases and logs; emptied first. */
  folder: string;
  /** How many cases have a company at the same time. */
  atOnce: number;
  /** False: whoever takes a visit over knows of no call in flight. The matrix must then fail. */
  intent: boolean;
}

/** One database, one provider, one replica that survives everything, and companies that lend themselves to cases. */
export class World {
  private readonly starts = new Turnstile(STARTS_AT_ONCE);
  private readonly freeSalons: Salon[] = [];

  private constructor(
    readonly survivor: string,
    readonly sandbox: string,
    private readonly folder: string,
    private readonly env: Record<string, string>,
    private readonly database: Pool,
  ) {}

  static async open({ folder: path, atOnce, intent }: WorldOptions, undo: Undo[]): Promise<World> {
    const folder = resolve(path);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const given = process.env.DATABASE_URL;
    const own = await ownPostgres(join(folder, 'postgres'), 'matrix');
    undo.push(() => own.stop());
    const databaseUrl = given ?? own.url;
    const sandbox = await startSandbox(folder, own.url, undo);
    const port = String(await freePort());
    const survivor = `http://127.0.0.1:${port}`;
    const adminKey = randomBytes(24).toString('hex');
    const env = environment({ databaseUrl, publicUrl: survivor, adminKey, intent });
    const child = runNode('main.js', folder, 'survivor', { ...env, PORT: port });
    undo.push(() => child.kill('SIGKILL'));
    await untilAnswers(`${survivor}/readyz`);
    const database = new Pool({ connectionString: databaseUrl, max: 3 });
    undo.push(() => database.end());
    const world = new World(survivor, sandbox, folder, env, database);
    await world.letOnlySurvivorTakeOver();
    const at = { service: survivor, sandbox, adminKey };
    for (let index = 0; index < atOnce; index++) world.freeSalons.push(await Salon.open(at, `host-${index}`));
    return world;
  }

  /**
   * A victim goes on with its own visit as long as it lives, and takes over no other: it would end there, and not where
   * it was meant to. Whatever a dead one leaves is the survivor's.
   */
  private async letOnlySurvivorTakeOver(): Promise<void> {
    await this.database.query(`
      create schema matrix;
      create table matrix.survivor as select id from public.replicas;
      create function matrix.is_next(saga uuid, owner uuid) returns boolean language sql as $$
        select exists (select from public.saga_events where saga_id = saga and replica = owner)
          or exists (select from matrix.survivor where id = owner) and not exists (
            select from public.saga_events event join public.replicas other on other.id = event.replica
            where event.saga_id = saga and other.id <> owner and other.heartbeat_until > clock_timestamp())
        $$;
      create function matrix.refuse() returns trigger language plpgsql as $$
        begin
          return case when matrix.is_next(new.id, new.owner) then new end;
        end $$;
      create trigger matrix_takeovers before update on public.sagas for each row
        when (new.fence > old.fence) execute function matrix.refuse()`);
  }

  /** A company for one case at a time. */
  async lend<T>(work: (salon: Salon) => Promise<T>): Promise<T> {
    const salon = this.freeSalons.pop();
    if (!salon) throw new Error('more cases at once than companies');
    try {
      return await work(salon);
    } finally {
      this.freeSalons.push(salon);
    }
  }

  victim(armed: string): Promise<Victim> {
    return this.starts.pass(() => Victim.start(this.folder, this.env, armed));
  }

  /** Whether something is still being done for a company's visits. */
  async isBusy(companyId: string): Promise<boolean> {
    const { rows } = await this.database.query<{ count: number }>(
      `select count(*)::int as count from sagas where company_id = $1 and status in ('running', 'compensating')`,
      [companyId],
    );
    return rows[0]!.count > 0;
  }

  /** Everything that must not be there once all is quiet, in words. */
  async leftOver(): Promise<string[]> {
    const { rows } = await this.database.query<{ what: string }>(
      `select 'saga ' || id || ' (' || kind || ') is ' || status as what from sagas
         where status not in ('confirmed', 'compensated')
       union all select 'appointment ' || id || ' is ' || status from appointments where status = 'outcome_pending'
       union all select 'visit ' || id || ' is ' || status from composite_bookings
         where status not in ('confirmed', 'cancelled', 'compensated')
       union all select 'claim of saga ' || saga_id from time_claims where saga_id is not null`,
    );
    return rows.map(({ what }) => what);
  }
}

async function startSandbox(folder: string, databaseUrl: string, undo: Undo[]): Promise<string> {
  const port = String(await freePort());
  const env = { SANDBOX_DATABASE_URL: databaseUrl, SANDBOX_PORT: port, SANDBOX_RATE_LIMIT: 'off' };
  const child = runNode('sandbox/main.js', folder, 'sandbox', env);
  undo.push(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/_sandbox/settings`);
  return url;
}

function environment(at: {
  databaseUrl: string;
  publicUrl: string;
  adminKey: string;
  intent: boolean;
}): Record<string, string> {
  return {
    ...(at.intent ? {} : { CHAOS_NO_INTENT: 'true' }),
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    DATABASE_URL: at.databaseUrl,
    PUBLIC_URL: at.publicUrl,
    ADMIN_API_KEY: at.adminKey,
    ENCRYPTION_KEY: `matrix:${randomBytes(32).toString('base64')}`,
    DEPLOYMENT_ID: 'matrix',
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    BOOKING_DEADLINE: DEADLINE_SECONDS,
    BOOKING_SETTLE: SETTLE_SECONDS,
    CALCOM_TIMEOUT: CALL_SECONDS,
    CALCOM_RATE_LIMIT: '10000',
    QUOTA_SECRET: '1000000',
  };
}
