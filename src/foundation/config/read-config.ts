import { isIP } from 'node:net';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CALCOM_BUDGET } from '../pacing/pace-log';
import { AppConfig, EncryptionKey, LOG_LEVELS, VISIT_ORDERS } from './app-config';
import {
  ENVIRONMENT_VARIABLES,
  EnvironmentVariable,
  OTHER_KNOWN_NAMES,
  OUR_PREFIXES,
  VariableName,
} from './environment-variables';

type Environment = Record<string, string | undefined>;

/** Every fault of the environment, one line each; `main` prints them and ends. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
  }
}

/** Reads values by name and gathers faults instead of stopping at the first. Values of secrets are never repeated. */
class EnvironmentReader {
  readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  text(name: VariableName): string | undefined {
    const variable: EnvironmentVariable = ENVIRONMENT_VARIABLES.find((v) => v.name === name)!;
    for (const known of [name, ...(variable.aliases ?? [])]) {
      const value = this.env[known]?.trim() || (variable.secret ? this.fromFile(known) : undefined);
      if (value) return value;
    }
    return variable.default || undefined;
  }

  private fromFile(name: string): string | undefined {
    const path = this.env[`${name}_FILE`];
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8').trim() || undefined;
    } catch {
      this.faults.push(`${name}_FILE: the file cannot be read`);
      return undefined;
    }
  }

  integer(name: VariableName, min: number, max: number): number {
    const text = this.text(name) ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    this.faults.push(`${name}: must be a whole number from ${min} to ${max}`);
    return min;
  }

  flag(name: VariableName): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    this.faults.push(`${name}: must be true or false`);
    return undefined;
  }

  url(name: VariableName, protocols: string[]): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text.replace(/\/+$/, '');
    this.faults.push(`${name}: must be a URL (${protocols.map((p) => `${p}//`).join(' or ')})`);
    return undefined;
  }
}

/**
 * Checks the environment and gives the service's settings.
 *
 * @throws ConfigurationError naming every fault: unknown variables of our prefixes, values out of range, and in
 *   production a missing database, encryption key or admin key.
 */
export function readConfig(env: Environment): AppConfig {
  const reader = new EnvironmentReader(env);
  const production = isProduction(reader);
  const databaseUrl = reader.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  const mode = decideMode(reader, production, databaseUrl);
  const allowPrivateProviderHosts = reader.flag('ALLOW_PRIVATE_PROVIDER_HOSTS') ?? !production;
  const config: AppConfig = {
    mode,
    production,
    port: reader.integer('PORT', 1, 65_535),
    host: env.HOST?.trim() || (mode === 'demo' ? '127.0.0.1' : '0.0.0.0'),
    databaseUrl: databaseUrl ?? '',
    logLevel: readChoice(reader, 'LOG_LEVEL', LOG_LEVELS),
    encryptionKeys: readEncryptionKeys(reader, mode),
    adminApiKey: readAdminKey(reader, production),
    deploymentId: readDeploymentId(reader),
    publicUrl: reader.url('PUBLIC_URL', ['http:', 'https:']),
    compatDefaultCompany: readUuid(reader, 'COMPAT_DEFAULT_COMPANY'),
    compatDefaultEventTypeId: readEventTypeId(reader),
    allowPrivateProviderHosts,
    trustedProxies: readTrustedProxies(reader),
    quotas: {
      secretPerMinute: reader.integer('QUOTA_SECRET', 10, 1_000_000),
      publishablePerMinute: reader.integer('QUOTA_PUBLISHABLE', 10, 1_000_000),
    },
    bookings: {
      deadlineMs: reader.integer('BOOKING_DEADLINE', 5, 120) * 1000,
      settleMs: reader.integer('BOOKING_SETTLE', 10, 3_600) * 1000,
      visitOrder: readChoice(reader, 'VISIT_ORDER', VISIT_ORDERS),
    },
    calcom: readCalcom(reader, allowPrivateProviderHosts),
  };
  reader.faults.push(...unknownNames(env));
  if (reader.faults.length > 0) throw new ConfigurationError(reader.faults);
  return config;
}

/** A misspelt `production` must not open the demo's doors. */
function isProduction(reader: EnvironmentReader): boolean {
  const name = reader.text('NODE_ENV') ?? 'development';
  if (!['production', 'development', 'test'].includes(name)) {
    reader.faults.push('NODE_ENV: must be production, development or test');
  }
  return name === 'production';
}

function decideMode(reader: EnvironmentReader, production: boolean, databaseUrl?: string): AppConfig['mode'] {
  const demo = reader.flag('DEMO');
  if (production && demo) reader.faults.push('DEMO: cannot be true when NODE_ENV is production');
  const asked = demo ?? databaseUrl === undefined;
  const mode = asked && !production ? 'demo' : 'service';
  if (mode === 'service' && databaseUrl === undefined)
    reader.faults.push('DATABASE_URL: is required outside demo mode');
  return mode;
}

function readChoice<T extends string>(reader: EnvironmentReader, name: VariableName, choices: readonly [T, ...T[]]): T {
  const text = reader.text(name);
  const choice = choices.find((known) => known === text);
  if (!choice) reader.faults.push(`${name}: must be one of ${choices.join(', ')}`);
  return choice ?? choices[0];
}

/** Demo mode brings its own key with its data directory; everywhere else a lost key would lose every credential. */
function readEncryptionKeys(reader: EnvironmentReader, mode: AppConfig['mode']): EncryptionKey[] {
  const text = reader.text('ENCRYPTION_KEY');
  if (text === undefined) {
    if (mode === 'service') reader.faults.push('ENCRYPTION_KEY: is required (id:base64 of 32 bytes)');
    return [{ id: 'none', key: randomBytes(32) }];
  }
  const keys = text.split(',').map((part) => {
    const [id, encoded] = part.trim().includes(':') ? part.trim().split(':', 2) : ['k1', part.trim()];
    return { id: id ?? '', key: Buffer.from(encoded ?? '', 'base64') };
  });
  const distinct = new Set(keys.map((key) => key.id)).size === keys.length;
  if (!distinct || keys.some((key) => !/^[\w-]{1,16}$/.test(key.id) || key.key.length !== 32)) {
    reader.faults.push('ENCRYPTION_KEY: each key must be id:base64 of exactly 32 bytes, with an id of its own');
  }
  return keys;
}

function readAdminKey(reader: EnvironmentReader, production: boolean): string | undefined {
  const key = reader.text('ADMIN_API_KEY');
  if (key === undefined && production) reader.faults.push('ADMIN_API_KEY: is required in production');
  // 24 characters of base64 are 144 bits: beyond guessing.
  if (key !== undefined && key.length < 24) reader.faults.push('ADMIN_API_KEY: must have at least 24 characters');
  return key;
}

function readDeploymentId(reader: EnvironmentReader): string {
  const id = reader.text('DEPLOYMENT_ID') ?? '';
  if (!/^[\w.-]{1,64}$/.test(id))
    reader.faults.push('DEPLOYMENT_ID: 1 to 64 letters, digits, dots, dashes or underscores');
  return id;
}

function readUuid(reader: EnvironmentReader, name: VariableName): string | undefined {
  const text = reader.text(name);
  if (text !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    reader.faults.push(`${name}: must be a company's id (uuid)`);
  }
  return text?.toLowerCase();
}

function readEventTypeId(reader: EnvironmentReader): string | undefined {
  const text = reader.text('CAL_EVENT_TYPE_ID');
  if (text !== undefined && !/^[1-9]\d{0,9}$/.test(text)) reader.faults.push('CAL_EVENT_TYPE_ID: must be a number');
  return text;
}

function readTrustedProxies(reader: EnvironmentReader): string[] {
  const names = (reader.text('TRUSTED_PROXIES') ?? '').split(',').map((name) => name.trim());
  const proxies = names.filter((name) => name !== '');
  const isNetwork = (name: string): boolean => {
    const [address = '', bits, ...more] = name.split('/');
    return isIP(address) !== 0 && more.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
  };
  if (!proxies.every(isNetwork)) reader.faults.push('TRUSTED_PROXIES: must be addresses or networks, by comma');
  return proxies;
}

function readCalcom(reader: EnvironmentReader, allowPrivateProviderHosts: boolean): AppConfig['calcom'] {
  const bookingsApiVersion = reader.text('CALCOM_API_VERSION') ?? '';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(bookingsApiVersion))
    reader.faults.push('CALCOM_API_VERSION: must be a date YYYY-MM-DD');
  const webhookSecret = reader.text('CALCOM_WEBHOOK_SECRET');
  if (webhookSecret !== undefined && webhookSecret.length < 16) {
    reader.faults.push('CALCOM_WEBHOOK_SECRET: must have at least 16 characters');
  }
  return {
    apiKey: reader.text('CALCOM_API_KEY'),
    bookingsApiVersion,
    webhookSecret,
    baseUrl: reader.url('CALCOM_BASE_URL', allowPrivateProviderHosts ? ['http:', 'https:'] : ['https:']) ?? '',
    timeoutMs: reader.integer('CALCOM_TIMEOUT', 1, 60) * 1000,
    retryAttempts: reader.integer('CALCOM_RETRY_ATTEMPTS', 0, 5),
    pace: { ...CALCOM_BUDGET, calls: reader.integer('CALCOM_RATE_LIMIT', 10, 10_000) },
    debug: reader.flag('CALCOM_DEBUG') ?? false,
  };
}

function unknownNames(env: Environment): string[] {
  const known = new Set<string>(OTHER_KNOWN_NAMES);
  for (const variable of ENVIRONMENT_VARIABLES as readonly EnvironmentVariable[]) {
    for (const name of [variable.name, ...(variable.aliases ?? [])]) known.add(name).add(`${name}_FILE`);
  }
  return Object.keys(env)
    .filter((name) => OUR_PREFIXES.some((prefix) => name.startsWith(prefix)) && !known.has(name))
    .map((name) => `${name}: is not a variable of this service`);
}
