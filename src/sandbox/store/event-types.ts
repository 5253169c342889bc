import { Database } from './database';
import { EventType, EventTypeInput } from './records';

type Row = {
  id: number;
  owner_id: number | null;
  team_id: number | null;
  parent_id: number | null;
  slug: string;
  data: EventTypeInput;
};

const toEventType = (row: Row): EventType => ({
  id: row.id,
  ownerId: row.owner_id,
  teamId: row.team_id,
  parentId: row.parent_id,
  slug: row.slug,
  input: row.data,
});

export interface Owner {
  ownerId: number | null;
  teamId: number | null;
  parentId?: number | null;
}

/** Event types of people and of teams. A slug is unique per owner. */
export class EventTypeStore {
  constructor(private readonly db: Database) {}

  /** Throws a unique violation when the owner has the slug already. */
  async create(owner: Owner, input: EventTypeInput): Promise<EventType> {
    const row = await this.db.row<Row>(
      `insert into sandbox.event_types (owner_id, team_id, parent_id, slug, data)
       values ($1, $2, $3, $4, $5) returning *`,
      [owner.ownerId, owner.teamId, owner.parentId ?? null, input.slug, JSON.stringify(input)],
    );
    return toEventType(row as Row);
  }

  async byId(id: number): Promise<EventType | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.event_types where id = $1', [id]);
    return row && toEventType(row);
  }

  async byIds(ids: number[]): Promise<EventType[]> {
    return (await this.db.rows<Row>('select * from sandbox.event_types where id = any($1)', [ids])).map(toEventType);
  }

  async byOwnerAndSlug(owner: Owner, slug: string): Promise<EventType | undefined> {
    const row = await this.db.row<Row>(
      `select * from sandbox.event_types
       where owner_id is not distinct from $1 and team_id is not distinct from $2 and slug = $3`,
      [owner.ownerId, owner.teamId, slug],
    );
    return row && toEventType(row);
  }

  async ofOwner(ownerId: number): Promise<EventType[]> {
    const sql = 'select * from sandbox.event_types where owner_id = $1 order by id';
    return (await this.db.rows<Row>(sql, [ownerId])).map(toEventType);
  }

  async ofTeam(teamId: number): Promise<EventType[]> {
    const sql = 'select * from sandbox.event_types where team_id = $1 order by id';
    return (await this.db.rows<Row>(sql, [teamId])).map(toEventType);
  }

  /** The personal types of a managed one. */
  async childrenOf(parentId: number): Promise<EventType[]> {
    const sql = 'select * from sandbox.event_types where parent_id = $1 order by id';
    return (await this.db.rows<Row>(sql, [parentId])).map(toEventType);
  }

  /** Throws a unique violation when the new slug is taken. */
  async change(id: number, change: Partial<EventTypeInput>): Promise<EventType> {
    const row = await this.db.row<Row>(
      `update sandbox.event_types set data = data || $2, slug = coalesce($3, slug) where id = $1 returning *`,
      [id, JSON.stringify(change), change.slug ?? null],
    );
    return toEventType(row as Row);
  }

  async remove(id: number): Promise<void> {
    await this.db.rows('delete from sandbox.event_types where id = $1 or parent_id = $1', [id]);
  }
}
