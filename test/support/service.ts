import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createService } from '../../src/create-service';
import type { AppConfig } from '../../src/foundation/config/app-config';
import { startSandbox } from '../../src/sandbox/sandbox-server';
import { createTestDatabase } from './test-database';

export interface TestCompany {
  companyId: string;
  connectionId: string;
  secretKey: string;
  publishableKey: string;
  /** The company's key at the provider. */
  providerKey: string;
}

export interface TestService {
  app: NestFastifyApplication;
  /** `http://127.0.0.1:port`, without `/api`. */
  baseUrl: string;
  adminKey: string;
  config: AppConfig;
  sandbox: { url: string };
  databaseUrl: string;
  /** Every log line written so far. */
  logs(): string;
  /** A company with a verified connection to an account of its own at the sandbox, and both kinds of keys. */
  createCompany(options?: { timeZone?: string; name?: string }): Promise<TestCompany>;
  /** JSON over HTTP with any key. */
  call(method: string, path: string, options?: CallOptions): Promise<TestAnswer>;
  /** JSON over HTTP to the sandbox. */
  sandboxCall(method: string, path: string, body?: object): Promise<TestAnswer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  body: any;
  text: string;
}

export interface TestServiceOptions {
  config?: Partial<AppConfig>;
  calcom?: Partial<AppConfig['calcom']>;
  bookings?: Partial<AppConfig['bookings']>;
  /** A database to use instead of a fresh one, for a second service on the same data. It is then not dropped. */
  databaseUrl?: string;
  /** A sandbox to use instead of one of its own. */
  sandbox?: { url: string };
}

/** Starts the real service on a fresh database and a sandbox of its own, both over HTTP. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => {} }
    : await createTestDatabase();
  const ownSandbox = options.sandbox
    ? undefined
    : await startSandbox({ databaseUrl: database.url, port: 0, rateLimit: null });
  const sandbox = options.sandbox ?? { url: ownSandbox!.url };
  const port = await freePort();
  const config = testConfig(port, database.url, sandbox.url, options);
  const lines: string[] = [];
  const app = await createService(config, { logDestination: { write: (line: string) => void lines.push(line) } });
  await app.listen(port, '127.0.0.1');
  const baseUrl = `http://127.0.0.1:${port}`;
  const call: TestService['call'] = (method, path, request) => httpCall(method, baseUrl + path, request);
  const adminKey = config.adminApiKey!;

  return {
    app,
    baseUrl,
    adminKey,
    config,
    sandbox,
    databaseUrl: database.url,
    logs: () => lines.join(''),
    call,
    sandboxCall: (method, path, body) => httpCall(method, sandbox.url + path, { body }),
    createCompany: (company = {}) => createCompany(call, sandbox.url, adminKey, company),
    stop: async () => {
      await app.close();
      await ownSandbox?.stop();
      await database.drop();
    },
  };
}

function testConfig(port: number, databaseUrl: string, sandboxUrl: string, options: TestServiceOptions): AppConfig {
  return {
    mode: 'service',
    production: false,
    port,
    host: '127.0.0.1',
    databaseUrl,
    logLevel: 'info',
    encryptionKeys: [{ id: 'test', key: randomBytes(32) }],
    adminApiKey: `admin_${randomBytes(24).toString('base64url')}`,
    deploymentId: 'test',
    publicUrl: `http://127.0.0.1:${port}`,
    compatDefaultCompany: undefined,
    compatDefaultEventTypeId: undefined,
    allowPrivateProviderHosts: true,
    trustedProxies: [],
    // Specs make in seconds the requests of many minutes.
    quotas: { secretPerMinute: 1_000_000, publishablePerMinute: 1_000_000 },
    ...options.config,
    bookings: { deadlineMs: 25_000, settleMs: 120_000, visitOrder: 'last-first', ...options.bookings },
    calcom: {
      apiKey: undefined,
      bookingsApiVersion: '2024-08-13',
      webhookSecret: undefined,
      baseUrl: sandboxUrl,
      timeoutMs: 15_000,
      retryAttempts: 2,
      // The sandbox has no limit, and specs make in seconds the calls of many minutes.
      pace: { calls: 10_000, windowMs: 1_000 },
      debug: false,
      ...options.calcom,
    },
  };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function httpCall(method: string, url: string, { key, body, headers }: CallOptions = {}): Promise<TestAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function createCompany(
  call: TestService['call'],
  sandboxUrl: string,
  adminKey: string,
  { timeZone = 'Europe/Berlin', name = 'Salon' }: { timeZone?: string; name?: string },
): Promise<TestCompany> {
  const providerKey = `cal_${randomUUID().replaceAll('-', '')}`;
  const username = `host-${providerKey.slice(4, 14)}`;
  const expectOk = (answer: TestAnswer): any => {
    if (answer.status >= 300) throw new Error(`set-up failed: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const account = { key: providerKey, username, name: 'Maria Lindner', email: `${username}@salon.example`, timeZone };
  expectOk(await httpCall('POST', `${sandboxUrl}/_sandbox/accounts`, { body: account }));
  const admin = async (method: string, path: string, body: object) =>
    expectOk(await call(method, path, { key: adminKey, body }));
  const company = await admin('POST', '/api/companies', { name, timeZone, locale: 'de-DE', defaultPhoneCountry: 'DE' });
  const path = `/api/companies/${company.id}`;
  const connection = await admin('PUT', `${path}/connections`, {
    provider: 'calcom-v2',
    apiKey: providerKey,
    baseUrl: sandboxUrl,
  });
  const secret = await admin('POST', `${path}/keys`, { kind: 'secret', name: 'test' });
  const publishable = await admin('POST', `${path}/keys`, {
    kind: 'publishable',
    name: 'test page',
    origins: ['https://book.salon.example'],
  });
  return {
    companyId: company.id,
    connectionId: connection.id,
    secretKey: secret.key,
    publishableKey: publishable.key,
    providerKey,
  };
}
