import { Database } from './database';

export interface RateLimit {
  limit: number;
  windowMs: number;
  blockMs: number;
}

export type RateLimitReset = 'seconds' | 'epoch';

export interface Settings {
  rateLimit: RateLimit | null;
  /** What `X-RateLimit-Reset-Default` says: the seconds left, as every measured server, or the epoch second itself. */
  rateLimitReset: RateLimitReset;
  /** Off, as on cal.diy: the team routes do not exist. */
  teams: boolean;
  /** On: speaks the versions of the hosted service too. The hosted service has teams, whatever `teams` says. */
  hosted: boolean;
  /** How long an answer of `GET /v2/slots` may be repeated; about 2,000 on the real servers. */
  slotsCacheMs: number;
}

export const hasTeams = ({ teams, hosted }: Settings): boolean => teams || hosted;

/** What can be switched while running. Survives a restart; `reset` goes back to the values of the start. */
export class SettingsStore {
  private constructor(
    private readonly db: Database,
    private readonly defaults: Settings,
    private changed: Partial<Settings>,
  ) {}

  static async load(db: Database, defaults: Settings): Promise<SettingsStore> {
    const row = await db.row<{ data: Partial<Settings> }>('select data from sandbox.settings');
    return new SettingsStore(db, defaults, row?.data ?? {});
  }

  get current(): Settings {
    return { ...this.defaults, ...this.changed };
  }

  async change(change: Partial<Settings>): Promise<Settings> {
    this.changed = { ...this.changed, ...change };
    await this.db.rows(
      'insert into sandbox.settings (data) values ($1) on conflict (id) do update set data = excluded.data',
      [JSON.stringify(this.changed)],
    );
    return this.current;
  }

  reset(): void {
    this.changed = {};
  }
}
