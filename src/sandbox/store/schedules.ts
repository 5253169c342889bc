import { Database } from './database';
import { Schedule } from './records';

type Data = Omit<Schedule, 'id' | 'ownerId'>;
type Row = { id: number; owner_id: number; data: Data };

const toSchedule = (row: Row): Schedule => ({ ...row.data, id: row.id, ownerId: row.owner_id });

export class ScheduleStore {
  constructor(private readonly db: Database) {}

  async create(ownerId: number, data: Data): Promise<Schedule> {
    const row = await this.db.row<Row>('insert into sandbox.schedules (owner_id, data) values ($1, $2) returning *', [
      ownerId,
      JSON.stringify(data),
    ]);
    return toSchedule(row as Row);
  }

  async byId(id: number): Promise<Schedule | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.schedules where id = $1', [id]);
    return row && toSchedule(row);
  }

  async ofOwner(ownerId: number): Promise<Schedule[]> {
    const rows = await this.db.rows<Row>('select * from sandbox.schedules where owner_id = $1 order by id', [ownerId]);
    return rows.map(toSchedule);
  }

  async change(id: number, change: Partial<Data>): Promise<Schedule> {
    const row = await this.db.row<Row>('update sandbox.schedules set data = data || $2 where id = $1 returning *', [
      id,
      JSON.stringify(change),
    ]);
    return toSchedule(row as Row);
  }

  async remove(id: number): Promise<void> {
    await this.db.rows('delete from sandbox.schedules where id = $1', [id]);
  }
}
