import { resolve } from 'node:path';
import pino from 'pino';
import type { AppConfig } from '../foundation/config/app-config';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../foundation/database/embedded-postgres';
import { startSandbox } from '../sandbox/sandbox-server';
import { DemoData, type DemoState } from './demo-data';
import { seedDemo } from './demo-seed';

const DATABASE = 'slotbridge';
/** As Cal.com limits an API key: 120 calls a minute, then a minute of silence. */
const CALCOM_LIMIT = { limit: 120, windowMs: 60_000, blockMs: 60_000 };

/** Everything a stranger lacks: a database, a provider with an account, a company with keys. Never in production. */
export async function prepareDemo(config: AppConfig, onStop: (stop: () => Promise<void>) => void) {
  const data = new DemoData(resolve(process.env.DEMO_DATA_DIR ?? '.data'));
  const secrets = data.secrets();
  const databaseUrl = config.databaseUrl || (await startDatabase(data, onStop));
  const apiUrl = config.publicUrl ?? `http://127.0.0.1:${config.port}`;
  const sandbox = await startSandboxBeside(config.port, databaseUrl);
  onStop(() => sandbox.stop());
  const logFile = data.path('service.log');
  const options = { logDestination: pino.destination({ dest: logFile, sync: true, mkdir: true }) };

  return {
    config: {
      ...config,
      databaseUrl,
      publicUrl: apiUrl,
      adminApiKey: config.adminApiKey ?? secrets.adminKey,
      encryptionKeys: [{ id: 'demo', key: Buffer.from(secrets.encryptionKey, 'base64') }],
    },
    options,
    announce: async () => {
      const adminKey = config.adminApiKey ?? secrets.adminKey;
      const addresses = { apiUrl, sandboxUrl: sandbox.url };
      console.log(announcement(await seedDemo(data, { ...secrets, adminKey }, addresses), logFile));
    },
  };
}

async function startDatabase(data: DemoData, onStop: (stop: () => Promise<void>) => void): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: data.path('postgres') });
  onStop(() => postgres.stop());
  await createDatabaseIfMissing(postgres, DATABASE);
  return postgres.url(DATABASE);
}

/** The port after the service's own, or a free one when somebody has it. */
async function startSandboxBeside(port: number, databaseUrl: string) {
  const start = (sandboxPort: number) => startSandbox({ databaseUrl, port: sandboxPort, rateLimit: CALCOM_LIMIT });
  try {
    return await start(port + 1);
  } catch {
    return start(0);
  }
}

function announcement(state: DemoState, logFile: string): string {
  return `
Slotbridge is running (demo: embedded Postgres, sandbox provider)

  API       ${state.apiUrl}/api
  Docs      ${state.apiUrl}/docs
  Health    ${state.apiUrl}/api/health/calcom
  Sandbox   ${state.sandboxUrl}/_sandbox/calls   (what the provider was asked)
  Log       ${logFile}

  Admin key        ${state.adminKey}
  Secret key       ${state.secretKey}
  Publishable key  ${state.publishableKey}
  Event type       ${state.eventTypeId}
  Service          ${state.serviceId}   (root colour: four segments, two people)

  Try next:  npm run demo
`;
}
