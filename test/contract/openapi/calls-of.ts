import { startSandbox } from '../../../src/sandbox/sandbox-server';
import { SandboxClient } from '../fidelity/sandbox-client';
import { LoggedCall } from './check-logged-calls';

type Driver = (client: SandboxClient, moveClockTo: (iso: string) => void) => Promise<void>;

/** What the sandbox has logged of one driver's calls, set-up included. */
export async function callsOf(databaseUrl: string, drive: Driver): Promise<LoggedCall[]> {
  let skewMs = 0;
  const sandbox = await startSandbox({ databaseUrl, port: 0, now: () => Date.now() + skewMs });
  try {
    const client = new SandboxClient(sandbox.url);
    await drive(client, (iso) => (skewMs = Date.parse(iso) - Date.now()));
    return (await client.control('GET', '/_sandbox/calls')) as LoggedCall[];
  } finally {
    await sandbox.stop();
  }
}
