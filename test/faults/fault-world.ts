import { startSandbox } from '../../src/sandbox/sandbox-server';
import type { RunningSandbox } from '../../src/sandbox/sandbox-server';
import { SandboxClient } from '../contract/fidelity/sandbox-client';
import { type ProviderApp, startProviders } from '../contract/provider-port/provider-app';
import { Desk } from './desk';
import { IMPATIENT_MS, type Order } from './scenarios';

/** A read is repeated at most so often; the default of the service. */
export const RETRY_ATTEMPTS = 2;
/** A fault stays for every call that a case could make, a forbidden repeat too. */
const TIMES = 20;

/** The sandbox over HTTP, and the providers' room twice: as patient as in service, and with short time-outs. */
export class FaultWorld {
  readonly client: SandboxClient;
  private desks = 0;

  private constructor(
    private readonly sandbox: RunningSandbox,
    private readonly clock: { aheadMs: number },
    private readonly patient: ProviderApp,
    private readonly impatient: ProviderApp,
  ) {
    this.client = new SandboxClient(sandbox.url);
  }

  /** @param databaseUrl a database in which the sandbox has its schema. */
  static async open(databaseUrl: string): Promise<FaultWorld> {
    const clock = { aheadMs: 0 };
    const sandbox = await startSandbox({ databaseUrl, port: 0, now: () => Date.now() + clock.aheadMs });
    const patient = await startProviders({ retryAttempts: RETRY_ATTEMPTS });
    const impatient = await startProviders({ retryAttempts: RETRY_ATTEMPTS, timeoutMs: IMPATIENT_MS });
    return new FaultWorld(sandbox, clock, patient, impatient);
  }

  get url(): string {
    return this.sandbox.url;
  }

  app(isImpatient: boolean): ProviderApp {
    return isImpatient ? this.impatient : this.patient;
  }

  /** Turns the provider's clock; 0 is right. */
  turnClock(aheadMs: number): void {
    this.clock.aheadMs = aheadMs;
  }

  desk(): Promise<Desk> {
    return Desk.open(this.client, `desk-${++this.desks}`);
  }

  /** How the provider writes the reset of its limit, to everybody. */
  async writeReset(as: 'seconds' | 'epoch'): Promise<void> {
    await this.client.control('PUT', '/_sandbox/settings', { rateLimitReset: as });
  }

  /** Aims a fault at one operation of one key; gives what withdraws it. */
  async order(order: Order, operation: string, key: string): Promise<() => Promise<void>> {
    const body = { ...order, operation, key, times: TIMES };
    const { id } = await this.client.control('POST', '/_sandbox/scenarios', body);
    return async () => void (await this.client.control('DELETE', `/_sandbox/scenarios/${id}`));
  }

  async close(): Promise<void> {
    await this.patient.close();
    await this.impatient.close();
    await this.sandbox.stop();
  }
}
