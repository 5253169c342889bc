import { randomUUID } from 'node:crypto';
import { Database } from './database';
import { Webhook } from './records';

type Data = Pick<Webhook, 'triggers' | 'active' | 'payloadTemplate' | 'secret'>;
type Row = {
  id: string;
  user_id: number | null;
  event_type_id: number | null;
  subscriber_url: string;
  created_ms: number;
  data: Data;
};

const toWebhook = (row: Row): Webhook => ({
  id: row.id,
  userId: row.user_id,
  eventTypeId: row.event_type_id,
  subscriberUrl: row.subscriber_url,
  createdMs: row.created_ms,
  ...row.data,
});

export interface WebhookOwner {
  userId: number | null;
  eventTypeId: number | null;
}

const OWNED = 'user_id is not distinct from $1 and event_type_id is not distinct from $2';

/** Webhooks of an account or of one event type. */
export class WebhookStore {
  constructor(private readonly db: Database) {}

  /** Throws a unique violation when the owner has the URL already. */
  async create(owner: WebhookOwner, subscriberUrl: string, data: Data, now: number): Promise<Webhook> {
    const row = await this.db.row<Row>(
      `insert into sandbox.webhooks (id, user_id, event_type_id, subscriber_url, created_ms, data)
       values ($1, $2, $3, $4, $5, $6) returning *`,
      [randomUUID(), owner.userId, owner.eventTypeId, subscriberUrl, now, JSON.stringify(data)],
    );
    return toWebhook(row as Row);
  }

  async byId(id: string): Promise<Webhook | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.webhooks where id::text = $1', [id]);
    return row && toWebhook(row);
  }

  async ofOwner(owner: WebhookOwner): Promise<Webhook[]> {
    const sql = `select * from sandbox.webhooks where ${OWNED} order by created_ms, id`;
    return (await this.db.rows<Row>(sql, [owner.userId, owner.eventTypeId])).map(toWebhook);
  }

  /** Active subscribers of a booking: the organizer's own ones (personal types only) and those of the types. */
  async subscribers(userId: number | null, eventTypeIds: number[], trigger: string): Promise<Webhook[]> {
    const rows = await this.db.rows<Row>(
      `select * from sandbox.webhooks
       where (user_id = $1 or event_type_id = any($2)) and (data -> 'active')::boolean
         and data -> 'triggers' ? $3 order by created_ms, id`,
      [userId, eventTypeIds, trigger],
    );
    return rows.map(toWebhook);
  }

  async change(id: string, change: Partial<Data> & { subscriberUrl?: string }): Promise<Webhook> {
    const { subscriberUrl, ...data } = change;
    const row = await this.db.row<Row>(
      `update sandbox.webhooks set data = data || $2, subscriber_url = coalesce($3, subscriber_url)
       where id::text = $1 returning *`,
      [id, JSON.stringify(data), subscriberUrl ?? null],
    );
    return toWebhook(row as Row);
  }

  async remove(id: string): Promise<void> {
    await this.db.rows('delete from sandbox.webhooks where id::text = $1', [id]);
  }

  async removeOf(owner: WebhookOwner): Promise<number> {
    return (
      await this.db.rows(`delete from sandbox.webhooks where ${OWNED} returning id`, [owner.userId, owner.eventTypeId])
    ).length;
  }
}
