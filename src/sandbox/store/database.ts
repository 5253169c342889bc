import { Pool, PoolClient, QueryResultRow } from 'pg';
import { SCHEMA, TABLES } from './schema';

/** Any number of its own: two sandboxes starting on one database must not create the tables at once. */
const SCHEMA_LOCK = 727_401;

/** The provider's tables. Every method may throw what Postgres throws. */
export class Database {
  private constructor(private readonly pool: Pool) {}

  static async open(databaseUrl: string): Promise<Database> {
    const pool = new Pool({
      connectionString: databaseUrl,
      // Enough for parallel bookings to meet between check and insert, as they do on real servers.
      max: 10,
      // A lost last write after a crash of the machine does not matter to a stand-in; speed does.
      options: '-c synchronous_commit=off',
    });
    // An idle connection that Postgres closes is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => undefined);
    const database = new Database(pool);
    await database.createTables().catch(async (error: unknown) => {
      await pool.end();
      throw error;
    });
    return database;
  }

  async rows<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  async row<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, values))[0];
  }

  /** Runs in one transaction; rolled back when the work throws. */
  async transaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  async clear(): Promise<void> {
    await this.pool.query(`truncate ${TABLES.map((table) => `sandbox.${table}`).join(', ')} restart identity`);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async createTables(): Promise<void> {
    await this.transaction(async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
      await client.query(SCHEMA);
    });
  }
}

/** Postgres code 23505: a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
