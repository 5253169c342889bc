import { Database } from './database';
import { Team } from './records';

type Row = { id: number; slug: string; data: Omit<Team, 'id' | 'slug'> };

const toTeam = (row: Row): Team => ({ ...row.data, id: row.id, slug: row.slug });

export class TeamStore {
  constructor(private readonly db: Database) {}

  /** The first member owns the team. Throws a unique violation when the slug is taken. */
  async create(name: string, slug: string, memberIds: number[]): Promise<Team> {
    const row = await this.db.row<Row>(`insert into sandbox.teams (slug, data) values ($1, $2) returning *`, [
      slug,
      JSON.stringify({ name, members: [] }),
    ]);
    const { id } = row as Row;
    const members = memberIds.map((userId, index) => ({
      userId,
      role: index === 0 ? 'OWNER' : 'MEMBER',
      membershipId: id * 1000 + index + 1,
    }));
    return this.change(id, { members });
  }

  async change(id: number, change: Partial<Row['data']>): Promise<Team> {
    const row = await this.db.row<Row>('update sandbox.teams set data = data || $2 where id = $1 returning *', [
      id,
      JSON.stringify(change),
    ]);
    return toTeam(row as Row);
  }

  async byId(id: number): Promise<Team | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.teams where id = $1', [id]);
    return row && toTeam(row);
  }

  async bySlug(slug: string): Promise<Team | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.teams where slug = $1', [slug]);
    return row && toTeam(row);
  }

  async ofMember(userId: number): Promise<Team[]> {
    const rows = await this.db.rows<Row>(`select * from sandbox.teams where data -> 'members' @> $1 order by id`, [
      JSON.stringify([{ userId }]),
    ]);
    return rows.map(toTeam);
  }

  async remove(id: number): Promise<void> {
    await this.db.rows('delete from sandbox.teams where id = $1', [id]);
    await this.db.rows('delete from sandbox.event_types where team_id = $1', [id]);
  }
}
