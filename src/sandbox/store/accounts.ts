import { Database } from './database';
import { Account } from './records';
import { ScheduleStore } from './schedules';

type Row = { id: number; key: string; username: string; data: Omit<Account, 'id' | 'key' | 'username'> };

const toAccount = (row: Row): Account => ({ ...row.data, id: row.id, key: row.key, username: row.username });

const OFFICE_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

export interface NewAccount {
  key: string;
  username: string;
  name: string;
  email: string;
  timeZone: string;
  id?: number;
}

/** People with a key. */
export class AccountStore {
  constructor(
    private readonly db: Database,
    private readonly schedules: ScheduleStore,
  ) {}

  /** Idempotent by key: a second call answers the first account. The default schedule is Mon-Fri 09:00-17:00. */
  async create(input: NewAccount): Promise<Account> {
    const known = await this.byKey(input.key);
    if (known) return known;
    const { key, username, id, ...person } = input;
    const rest = { defaultScheduleId: null, timeFormat: 12 as const, weekStart: 'Monday', bio: null, avatarUrl: null };
    const data = { ...rest, ...person };
    const row = await this.db.row<Row>(
      `insert into sandbox.accounts (id, key, username, data)
       values (coalesce($1, nextval(pg_get_serial_sequence('sandbox.accounts', 'id')))::integer, $2, $3, $4)
       on conflict (key) do update set key = excluded.key returning *`,
      [id ?? null, key, username, JSON.stringify(data)],
    );
    const account = toAccount(row as Row);
    if (account.defaultScheduleId !== null) return account;
    const schedule = await this.schedules.create(account.id, {
      name: 'Working hours',
      timeZone: account.timeZone,
      availability: [{ days: OFFICE_DAYS, startTime: '09:00', endTime: '17:00' }],
      overrides: [],
    });
    return this.change(account, { defaultScheduleId: schedule.id });
  }

  async change(account: Account, change: Partial<Row['data']>): Promise<Account> {
    const row = await this.db.row<Row>('update sandbox.accounts set data = data || $2 where id = $1 returning *', [
      account.id,
      JSON.stringify(change),
    ]);
    return toAccount(row as Row);
  }

  async byKey(key: string): Promise<Account | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.accounts where key = $1', [key]);
    return row && toAccount(row);
  }

  async byUsername(username: string): Promise<Account | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.accounts where username = $1', [username]);
    return row && toAccount(row);
  }

  /** In the order of the ids given; unknown ones are left out. */
  async byIds(ids: number[]): Promise<Account[]> {
    const rows = await this.db.rows<Row>('select * from sandbox.accounts where id = any($1)', [ids]);
    return ids.flatMap((id) => rows.filter((row) => row.id === id).map(toAccount));
  }

  async all(): Promise<Account[]> {
    return (await this.db.rows<Row>('select * from sandbox.accounts order by id')).map(toAccount);
  }
}
