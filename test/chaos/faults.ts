import type { Dice } from './dice';
import { call } from './http';

/** Share of the provider's writes that go wrong, as in the prototype's measurement. */
const WRITES_SHARE = 0.24;
const READS_SHARE = 0.06;
/** Of all calls of one method, so many are decided in advance. */
const AHEAD = 60;
const LOOK_MS = 300;

interface Order {
  scenario: string;
  delayMs?: number;
  times?: number;
  method?: string;
  operation?: string;
}

const WRITE_FAULTS: readonly ((dice: Dice) => Order)[] = [
  () => ({ scenario: 'answer-lost' }),
  () => ({ scenario: 'answer-lost' }),
  () => ({ scenario: 'cut-before' }),
  () => ({ scenario: 'cut-midway' }),
  () => ({ scenario: 'silent-before', delayMs: 4_000 }),
  () => ({ scenario: 'silent-after', delayMs: 4_000 }),
  () => ({ scenario: 'error-before' }),
  () => ({ scenario: 'error-after' }),
  (dice) => ({ scenario: 'effect-late', delayMs: dice.between(300, 1_800) }),
  (dice) => ({ scenario: 'effect-late', delayMs: dice.between(300, 1_800) }),
  // Beyond the deadline of the booking and within the settle window: it has to be found and undone.
  (dice) => ({ scenario: 'effect-late', delayMs: dice.between(5_500, 7_500) }),
  (dice) => ({ scenario: 'slow', delayMs: dice.between(300, 1_800) }),
];

const READ_FAULTS: readonly ((dice: Dice) => Order)[] = [
  () => ({ scenario: 'error-before' }),
  () => ({ scenario: 'cut-before' }),
  () => ({ scenario: 'silent-before', delayMs: 4_000 }),
  (dice) => ({ scenario: 'slow', delayMs: dice.between(100, 1_000) }),
];

const WEBHOOK_FAULTS = ['webhook-duplicated', 'webhook-delayed', 'webhook-out-of-order'];
const TRIGGERS = ['BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED'];

/** Keeps faults on order at the sandbox for as long as it runs: for each coming call one is decided, mostly none. */
export class Faults {
  /** Used up so far, by name. */
  readonly used = new Map<string, number>();
  /** Writes that were decided about. */
  writes = 0;
  private readonly orders = new Map<number, Order>();
  private running: Promise<void> | undefined;
  private isOn = false;

  constructor(
    private readonly sandboxUrl: string,
    private readonly dice: Dice,
  ) {}

  async start(): Promise<void> {
    this.isOn = true;
    await this.topUp();
    this.running = this.keep();
  }

  async stop(): Promise<void> {
    this.isOn = false;
    await this.running;
    await this.count(new Map());
    await call('DELETE', `${this.sandboxUrl}/_sandbox/scenarios`);
  }

  private async keep(): Promise<void> {
    while (this.isOn) {
      await this.topUp().catch(() => undefined);
      await new Promise((wait) => setTimeout(wait, LOOK_MS));
    }
  }

  private async topUp(): Promise<void> {
    const { body } = await call('GET', `${this.sandboxUrl}/_sandbox/scenarios`);
    const left = new Map<number, number>((body ?? []).map((one: any) => [one.id, one.remaining]));
    await this.count(left);
    const ahead = (method: string): number =>
      [...this.orders].reduce((sum, [id, order]) => sum + (order.method === method ? (left.get(id) ?? 0) : 0), 0);
    for (let missing = AHEAD - ahead('POST'); missing > 0; missing -= 1) {
      await this.decide('POST', WRITES_SHARE, WRITE_FAULTS);
    }
    for (let missing = AHEAD - ahead('GET'); missing > 0; missing -= 5) {
      await this.order({ scenario: 'slow', delayMs: 0, method: 'GET', times: 4 });
      await this.decide('GET', READS_SHARE * 5, READ_FAULTS);
    }
    if (this.dice.chance(0.3)) {
      await this.order({ scenario: this.dice.one(WEBHOOK_FAULTS), operation: this.dice.one(TRIGGERS) });
    }
  }

  /** `slow` by nothing is the usual answer: it uses up the turn of one call. */
  private async decide(method: string, share: number, faults: readonly ((dice: Dice) => Order)[]): Promise<void> {
    const order = this.dice.chance(share) ? this.dice.one(faults)(this.dice) : { scenario: 'slow', delayMs: 0 };
    await this.order({ ...order, method });
  }

  private async order(order: Order): Promise<void> {
    const { body } = await call('POST', `${this.sandboxUrl}/_sandbox/scenarios`, { body: order });
    if (body?.id) this.orders.set(body.id, order);
  }

  private async count(left: Map<number, number>): Promise<void> {
    for (const [id, order] of this.orders) {
      if (left.get(id) !== 0) continue;
      this.orders.delete(id);
      await call('DELETE', `${this.sandboxUrl}/_sandbox/scenarios/${id}`);
      if (order.method === 'POST') this.writes += 1;
      if (order.scenario === 'slow' && order.delayMs === 0) continue;
      const name = `${order.method ?? 'webhook'} ${order.scenario}`;
      this.used.set(name, (this.used.get(name) ?? 0) + 1);
    }
  }
}
