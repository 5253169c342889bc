import { createHash } from 'node:crypto';
import { Json } from '../http/errors';
import { Database } from './database';

export interface CallEntry {
  operation: string;
  method: string;
  path: string;
  query: unknown;
  apiVersion: string | null;
  /** First 16 hex digits of the sha256 of the key; the key itself is not kept. */
  key: string | null;
  body: unknown;
  status: number;
  answer: unknown;
}

export interface DeliveryEntry {
  url: string;
  trigger: string;
  uid: string | null;
  body: string;
  signature: string;
  /** HTTP status of the subscriber; null when it could not be reached or the scenario lost the webhook. */
  status: number | null;
  /** Sent before the answer to the call that caused it. */
  beforeAnswer: boolean;
}

export const fingerprint = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

/** A key that was sent in the wrong place, a query say, is not kept either. */
export const withoutKeys = (text: string): string =>
  text.replaceAll(/\bcal_[\w-]+/g, (key) => `key:${fingerprint(key)}`);

type Row = { id: string; at_ms: number; entry: string };

const toEntry = (row: Row): Json => ({
  id: Number(row.id),
  at: new Date(row.at_ms).toISOString(),
  ...(JSON.parse(row.entry) as Json),
});

/** What was asked and what was sent, for tests and for people. Bodies are text: they may hold what jsonb refuses. */
export class Journal {
  constructor(private readonly db: Database) {}

  async recordCall(entry: CallEntry, now: number): Promise<void> {
    await this.db.rows('insert into sandbox.calls (at_ms, key, operation, entry) values ($1, $2, $3, $4)', [
      now,
      entry.key,
      entry.operation,
      withoutKeys(JSON.stringify(entry)),
    ]);
  }

  async recordDelivery(entry: DeliveryEntry, now: number): Promise<void> {
    await this.db.rows('insert into sandbox.deliveries (at_ms, entry) values ($1, $2)', [now, JSON.stringify(entry)]);
  }

  /** Oldest first. `after` is the id of the last entry already seen. */
  async calls(filter: { key?: string; operation?: string; after?: number }): Promise<Json[]> {
    const rows = await this.db.rows<Row>(
      `select id, at_ms, entry from sandbox.calls
       where ($1::text is null or key = $1) and ($2::text is null or operation = $2) and id > $3 order by id`,
      [filter.key === undefined ? null : fingerprint(filter.key), filter.operation ?? null, filter.after ?? 0],
    );
    return rows.map(toEntry);
  }

  async deliveries(after = 0): Promise<Json[]> {
    const sql = 'select id, at_ms, entry from sandbox.deliveries where id > $1 order by id';
    return (await this.db.rows<Row>(sql, [after])).map(toEntry);
  }
}
