import { RunningSandbox, startSandbox } from '../../../src/sandbox/sandbox-server';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { monday } from '../fidelity/days';
import { Answer, SandboxClient } from '../fidelity/sandbox-client';
import { Subscriber } from './subscriber';

/** Some Monday of the coming February, on which both accounts work from nine to five. */
export const DAY = monday();

/** One sandbox over HTTP on a database of its own, with a clock that tests can turn and a subscriber of webhooks. */
export class SandboxWorld {
  readonly subscriber = new Subscriber();
  private aheadMs = 0;

  private constructor(
    private readonly database: TestDatabase,
    private running: RunningSandbox,
    public client: SandboxClient,
  ) {}

  static async open(): Promise<SandboxWorld> {
    const database = await createTestDatabase();
    const clock = { now: (): number => Date.now() };
    const running = await startSandbox({ databaseUrl: database.url, port: 0, now: () => clock.now() });
    const world = new SandboxWorld(database, running, new SandboxClient(running.url));
    clock.now = world.now;
    await world.subscriber.start();
    return world;
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  /** Everything gone but the two accounts; the clock right again. */
  async fresh(settings: Record<string, unknown> = {}): Promise<void> {
    this.aheadMs = 0;
    await this.client.fresh(settings);
    this.subscriber.forget();
  }

  /** Turns the sandbox's clock, not the timers of its delays. */
  advance(ms: number): void {
    this.aheadMs += ms;
  }

  /** Stops the sandbox and starts another one on the same database, on another port. */
  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await startSandbox({ databaseUrl: this.database.url, port: 0, now: this.now });
    this.client = new SandboxClient(this.running.url);
  }

  async close(): Promise<void> {
    await this.running.stop();
    await this.subscriber.stop();
    await this.database.drop();
  }

  /** Orders a fault; answers its id. */
  async order(scenario: Record<string, unknown>): Promise<number> {
    return (await this.client.control('POST', '/_sandbox/scenarios', scenario)).id as number;
  }

  /** How many times the fault will still happen. */
  async remaining(id: number): Promise<number | undefined> {
    const scenarios: { id: number; remaining: number }[] = await this.client.control('GET', '/_sandbox/scenarios');
    return scenarios.find((scenario) => scenario.id === id)?.remaining;
  }

  /** The truth at the provider: the starts (`HH:mm` of DAY, UTC) and the status of one account's bookings, by start. */
  async booked(key = this.client.owner.key): Promise<string[]> {
    const bookings: { start: string; status: string }[] = await this.client.control(
      'GET',
      `/_sandbox/bookings?key=${key}`,
    );
    return bookings.map(({ start, status }) => `${start.slice(11, 16)} ${status}`).sort();
  }

  /** An event type of half an hour of any account. */
  async eventType(slug: string, key = this.client.owner.key): Promise<number> {
    const body = { title: slug, slug, lengthInMinutes: 30 };
    const type = await this.client.ok({
      method: 'POST',
      path: '/v2/event-types',
      version: '2024-06-14',
      account: key,
      body,
    });
    return type.id as number;
  }

  /** Registers the subscriber for all booking triggers of the account. */
  async subscribe(name: string, key = this.client.owner.key): Promise<void> {
    const triggers = ['BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED'];
    const body = { active: true, subscriberUrl: this.subscriber.urlOf(name), triggers, secret: 'hook-secret' };
    await this.client.ok({ method: 'POST', path: '/v2/webhooks', account: key, body });
  }

  /** Asks for a booking at `time` (`HH:mm`, UTC) of DAY. A cut connection rejects. */
  book(eventTypeId: number, time: string, key: string | undefined = this.client.owner.key): Promise<Answer> {
    const attendee = { name: 'Ada Booker', email: 'ada@sandbox.example', timeZone: 'Europe/Berlin' };
    const body = { eventTypeId, start: `${DAY}T${time}:00Z`, attendee };
    return this.post('/v2/bookings', body, key);
  }

  post(path: string, body: unknown, key: string | undefined = this.client.owner.key): Promise<Answer> {
    return this.client.send({ method: 'POST', path, version: '2024-08-13', account: key, body });
  }

  private readonly now = (): number => Date.now() + this.aheadMs;
}

/** What a caller sees: the status, `garbage` for what is no JSON, or `cut`. */
export async function seen(asked: Promise<Answer>): Promise<string> {
  try {
    const { status, body } = await asked;
    return typeof body === 'string' ? 'garbage' : String(status);
  } catch {
    return 'cut';
  }
}
