import { Client } from 'pg';
import { call, made } from './http';
import { type ToldPart, toldPart } from './journal';
import type { Salon } from './salon';

export interface ProviderBooking {
  id: string;
  uid: string;
  email: string;
  isActive: boolean;
  startMs: number;
  endMs: number;
  hostIds: number[];
  /** What became of it, for whoever reads a violation. */
  text: string;
}

export interface OurBooking {
  id: string;
  providerId: string | null;
  status: string;
  email: string;
  startMs: number;
}

export interface OurVisit {
  id: string;
  /** Index of the company. */
  salon: number;
  status: string;
  /** Absent where nothing of it is booked. */
  email?: string;
  parts: ToldPart[];
}

/** Who took over from whom, and how long nobody had driven it. */
export interface Takeover {
  atMs: number;
  seconds: number;
  isVisit: boolean;
  /** Some of its segments were booked, and some were not. */
  isMidway: boolean;
}

/** All that the provider has, without the API's rules. */
export async function atProvider(sandbox: string): Promise<ProviderBooking[]> {
  const bookings = await made('GET', `${sandbox}/_sandbox/bookings`);
  return bookings.map((one: any) => ({
    id: String(one.id),
    uid: one.uid,
    email: one.attendees[0]?.email ?? '',
    isActive: one.status === 'accepted' || one.status === 'pending',
    startMs: Date.parse(one.start),
    endMs: Date.parse(one.end),
    hostIds: one.hostIds,
    text: `${one.id} ${one.status} ${one.start} made ${one.createdAt} changed ${one.updatedAt} ref ${one.metadata?.slotbridgeRef}`,
  }));
}

/** All single bookings and segments that the service says it has. */
export async function atOurs(service: string, salons: Salon[]): Promise<OurBooking[]> {
  const found: OurBooking[] = [];
  for (const { secretKey } of salons) {
    for (const one of await allPages(`${service}/api/bookings`, secretKey)) {
      const { id, providerId, status, attendee, start } = one;
      found.push({ id, providerId, status, email: attendee.email, startMs: Date.parse(start) });
    }
  }
  return found;
}

/** All visits that the service says it has. */
export async function visitsAtOurs(service: string, salons: Salon[]): Promise<OurVisit[]> {
  const found: OurVisit[] = [];
  for (const [salon, { secretKey }] of salons.entries()) {
    for (const one of await allPages(`${service}/api/composite-bookings`, secretKey)) {
      const { id, status, customer, segments } = one;
      const known = customer ? { email: customer.email } : {};
      found.push({ id, salon, status, ...known, parts: segments.map(toldPart) });
    }
  }
  return found;
}

async function allPages(url: string, key: string): Promise<any[]> {
  const found: any[] = [];
  for (let cursor = ''; ;) {
    const page = await made('GET', `${url}?limit=100${cursor}`, { key });
    found.push(...page.data);
    if (!page.nextCursor) return found;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

/** What is left to be done; nothing may be, in the end. */
export interface Unfinished {
  sagas: number;
  deliveries: number;
}

/** The service's database, for what it tells nobody: its sagas, its inbox and who took over when. */
export class Records {
  constructor(private readonly url: string) {}

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Notes each change of a saga's owner with the former one's last heartbeat, which is 2 s before its end. */
  async watchTakeovers(): Promise<void> {
    await this.query(`
      create schema if not exists chaos;
      create table chaos.takeovers (saga_id uuid, fence bigint, at timestamptz, due_at timestamptz, last_sign timestamptz,
        kind text, booked int, steps int);
      create function chaos.note() returns trigger language plpgsql as $$
        begin
          insert into chaos.takeovers values (new.id, new.fence, clock_timestamp(), old.next_run_at,
            (select heartbeat_until - interval '2 seconds' from public.replicas where id = old.owner), new.kind,
            (select count(*) from public.saga_steps where saga_id = new.id and status = 'booked'),
            (select count(*) from public.saga_steps where saga_id = new.id));
          return null;
        end $$;
      create trigger chaos_takeovers after update on public.sagas for each row
        when (old.owner is not null and new.owner is not null and new.owner <> old.owner)
        execute function chaos.note()`);
  }

  /** The job of a killed worker comes back after so long instead of 90 s; no handler takes as long, frozen or not. */
  async shortenJobs(): Promise<void> {
    await this.query('update pgboss.queue set expire_seconds = 30');
  }

  async unfinished(): Promise<Unfinished> {
    const [row] = await this.query<Unfinished>(
      `select (select count(*)::int from sagas where status in ('running', 'compensating')) as sagas,
         (select count(*)::int from webhook_deliveries where status = 'received') as deliveries`,
    );
    return row!;
  }

  /** Timed from an owner's last sign of life, or from when its saga was due; shortest first. */
  async takeovers(): Promise<Takeover[]> {
    return this.query<Takeover>(
      `select extract(epoch from at)::float8 * 1000 as "atMs",
         extract(epoch from at - greatest(last_sign, due_at))::float8 as seconds, kind <> 'booking' as "isVisit",
         booked > 0 and booked < steps as "isMidway"
       from chaos.takeovers where last_sign is not null order by seconds`,
    );
  }

  async deliveries(): Promise<Map<string, string[]>> {
    const rows = await this.query<{ hash: string; status: string; attempts: number; error: string | null }>(
      'select body_hash as hash, status, attempts, last_error as error from webhook_deliveries',
    );
    const found = new Map<string, string[]>();
    for (const { hash, status } of rows) found.set(hash, [...(found.get(hash) ?? []), status]);
    return found;
  }

  /** How many sagas ended how, by kind. */
  async sagasBy(): Promise<Record<string, number>> {
    const rows = await this.query<{ kind: string; status: string; count: number }>(
      'select kind, status, count(*)::int as count from sagas group by kind, status order by kind, status',
    );
    return Object.fromEntries(rows.map(({ kind, status, count }) => [`${kind} ${status}`, count]));
  }

  /** Everything that must not be there once all is quiet, in words. */
  async leftOver(): Promise<string[]> {
    const rows = await this.query<{ what: string }>(
      `select 'saga ' || id || ' (' || kind || ') is ' || status || ', ' || tries || ' tries, owner '
           || coalesce(owner::text, 'none') as what
         from sagas where status not in ('confirmed', 'compensated')
       union all select 'visit ' || id || ' is ' || status
         from composite_bookings where status not in ('confirmed', 'disrupted', 'cancelled', 'compensated')
       union all select 'appointment ' || id || ' is ' || status from appointments where status = 'outcome_pending'
       union all select 'claim of saga ' || saga_id from time_claims where saga_id is not null
       union all select 'step ' || saga_id || ' (' || kind || ') is ' || s.status
         from saga_steps s join sagas on sagas.id = saga_id
         where (sagas.status = 'confirmed' and s.status <> 'booked')
            or (sagas.status = 'compensated'
              and s.status not in ('pending', 'refused', 'cancelled', 'absent', 'returned'))`,
    );
    return rows.map(({ what }) => what);
  }
}

export async function isUp(url: string): Promise<boolean> {
  return (await call('GET', `${url}/readyz`, { patienceMs: 1_000 })).status === 200;
}
