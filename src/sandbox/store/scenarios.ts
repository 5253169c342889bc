import { Database } from './database';

export const SCENARIOS = [
  'pass',
  'conflict',
  'rate-limited',
  'slow',
  'error-before',
  'error-after',
  'answer-lost',
  'effect-late',
  'garbage',
  'unauthorized',
  'answer',
  'cut-before',
  'cut-midway',
  'silent-before',
  'silent-after',
  'wrong-shape',
  'truncated',
  'huge',
  'drip',
  'webhook-lost',
  'webhook-duplicated',
  'webhook-delayed',
  'webhook-out-of-order',
] as const;

export type ScenarioName = (typeof SCENARIOS)[number];

export interface Scenario {
  id: number;
  scenario: ScenarioName;
  /** Only calls of this operation (for webhooks: this trigger); all when absent. */
  operation?: string;
  /** Only calls of this method; all when absent. */
  method?: string;
  /** Only calls of this path, in the words of the route (`/v2/bookings/:uid`) or as sent; all when absent. */
  path?: string;
  /** Only calls with this key (for webhooks: of this key's owner); all when absent. */
  key?: string;
  remaining: number;
  delayMs?: number;
  /** What is answered, where the scenario leaves a choice. */
  status?: number;
  /** What `answer` answers: JSON, or a page of HTML when it is text. */
  body?: unknown;
  /** How much `huge` adds. */
  bytes?: number;
}

/** What a fault may be aimed at. */
export interface Target {
  /** Of a call, or the trigger of a webhook. */
  operation: string;
  key: string | undefined;
  method?: string;
  /** The path in the words of its route, and as sent without the query. */
  paths?: [route: string, sent: string];
}

export type NewScenario = Omit<Scenario, 'id' | 'remaining'>;

type Row = { id: number; remaining: number; data: NewScenario };

const toScenario = (row: Row): Scenario => ({ ...row.data, id: row.id, remaining: row.remaining });

const WEBHOOK_SCENARIOS = SCENARIOS.filter((name) => name.startsWith('webhook-'));
const CALL_SCENARIOS = SCENARIOS.filter((name) => !name.startsWith('webhook-'));

/** Faults on order: each is used up by the calls it hits, the oldest first. */
export class ScenarioStore {
  constructor(private readonly db: Database) {}

  async create(scenario: NewScenario, times: number): Promise<number> {
    const row = await this.db.row<{ id: number }>(
      'insert into sandbox.scenarios (remaining, data) values ($1, $2) returning id',
      [times, JSON.stringify(scenario)],
    );
    return (row as { id: number }).id;
  }

  async list(): Promise<Scenario[]> {
    return (await this.db.rows<Row>('select * from sandbox.scenarios order by id')).map(toScenario);
  }

  async remove(id?: number): Promise<void> {
    await this.db.rows('delete from sandbox.scenarios where $1::integer is null or id = $1', [id ?? null]);
  }

  takeForCall(target: Target): Promise<Scenario | undefined> {
    return this.take(CALL_SCENARIOS, target);
  }

  takeForWebhook(trigger: string, key: string | undefined): Promise<Scenario | undefined> {
    return this.take(WEBHOOK_SCENARIOS, { operation: trigger, key });
  }

  /** Waits for a fault that another call is just using up: skipping it would let one call too many through. */
  private async take(names: string[], { operation, key, method, paths }: Target): Promise<Scenario | undefined> {
    const row = await this.db.row<Row>(
      `update sandbox.scenarios set remaining = remaining - 1 where id = (
         select id from sandbox.scenarios
         where remaining > 0 and data ->> 'scenario' = any($1)
           and coalesce(data ->> 'operation', $2) = $2 and coalesce(data ->> 'key', $3) is not distinct from $3
           and coalesce(data ->> 'method', $4) is not distinct from $4
           and (data ->> 'path' is null or lower(data ->> 'path') = any($5))
         order by id limit 1 for update)
       returning *`,
      [names, operation, key ?? null, method ?? null, paths?.map((path) => path.toLowerCase()) ?? []],
    );
    return row && toScenario(row);
  }
}
