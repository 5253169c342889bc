import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT_VARIABLES } from './environment-variables';
import { ConfigurationError, readConfig } from './read-config';

const key = Buffer.alloc(32, 7).toString('base64');
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db/slotbridge',
  ENCRYPTION_KEY: `k1:${key}`,
  ADMIN_API_KEY: 'a'.repeat(24),
};

function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
}

describe('the environment', () => {
  it('means demo mode when it names no database', () => {
    expect(readConfig({})).toMatchObject({ mode: 'demo', port: 3000, host: '127.0.0.1', logLevel: 'info' });
  });

  it('means no demo when it names a database', () => {
    expect(readConfig({ DATABASE_URL: 'postgres://db/x', ENCRYPTION_KEY: key }).mode).toBe('service');
  });

  it('cannot ask for the demo in production', () => {
    expect(faults({ ...production, DEMO: 'true' })).toEqual(['DEMO: cannot be true when NODE_ENV is production']);
  });

  it('refuses production without a database, an encryption key and an admin key, one line each', () => {
    expect(faults({ NODE_ENV: 'production' })).toEqual([
      'DATABASE_URL: is required outside demo mode',
      'ENCRYPTION_KEY: is required (id:base64 of 32 bytes)',
      'ADMIN_API_KEY: is required in production',
    ]);
  });

  it('refuses a short encryption key without repeating it', () => {
    const lines = faults({ ...production, ENCRYPTION_KEY: 'c2hvcnQ=' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^ENCRYPTION_KEY: /);
    expect(lines[0]).not.toContain('c2hvcnQ');
  });

  it('refuses an unknown variable of our prefixes, because it would silently mean a default', () => {
    expect(faults({ ...production, CALCOM_TIMEOUTS: '9' })).toEqual([
      'CALCOM_TIMEOUTS: is not a variable of this service',
    ]);
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '0'],
    ['NODE_ENV', 'prod'],
    ['CALCOM_TIMEOUT', '0'],
    ['CALCOM_TIMEOUT', '1e1'],
    ['CALCOM_RETRY_ATTEMPTS', '-1'],
    ['CALCOM_RATE_LIMIT', '0'],
    ['CALCOM_DEBUG', 'maybe'],
    ['CALCOM_API_VERSION', 'v2'],
    ['CALCOM_BASE_URL', 'ftp://x'],
    ['CALCOM_BASE_URL', 'http://api.cal.com'],
    ['ALLOW_PRIVATE_PROVIDER_HOSTS', 'some'],
    ['LOG_LEVEL', 'loud'],
    ['COMPAT_DEFAULT_COMPANY', '7'],
  ])('refuses %s=%s with one line that names it', (name, value) => {
    const lines = faults({ ...production, [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('understands the older names', () => {
    const config = readConfig({
      ...production,
      CAL_API_KEY: 'cal_1',
      CAL_API_URL: 'https://cal.example/',
      CAL_EVENT_TYPE_ID: '7',
    });
    expect(config.calcom).toMatchObject({ apiKey: 'cal_1', baseUrl: 'https://cal.example' });
    expect(config.compatDefaultEventTypeId).toBe('7');
  });

  it('lets connections point into the private network outside production only, unless it says otherwise', () => {
    const allowed = (env: Record<string, string>) => readConfig(env).allowPrivateProviderHosts;
    expect([allowed({}), allowed(production)]).toEqual([true, false]);
    expect(allowed({ ALLOW_PRIVATE_PROVIDER_HOSTS: 'false' })).toBe(false);
    const opened = { ...production, ALLOW_PRIVATE_PROVIDER_HOSTS: 'true', CALCOM_BASE_URL: 'http://sandbox:3001' };
    expect(allowed(opened)).toBe(true);
  });

  it('reads a secret from a file, and says when it cannot', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'admin');
    writeFileSync(file, `${'b'.repeat(30)}\n`);
    const { ADMIN_API_KEY: _, ...rest } = production;
    expect(readConfig({ ...rest, ADMIN_API_KEY_FILE: file }).adminApiKey).toBe('b'.repeat(30));
    expect(faults({ ...production, CALCOM_API_KEY_FILE: '/nowhere' })).toEqual([
      'CALCOM_API_KEY_FILE: the file cannot be read',
    ]);
  });

  it('opens with several keys and seals with the first, for rotation', () => {
    const config = readConfig({
      ...production,
      ENCRYPTION_KEY: `new:${Buffer.alloc(32, 1).toString('base64')},old:${key}`,
    });
    expect(config.encryptionKeys.map(({ id }) => id)).toEqual(['new', 'old']);
  });

  it('stands in .env.example with every variable', () => {
    const example = readFileSync('.env.example', 'utf8');
    for (const { name } of ENVIRONMENT_VARIABLES) expect(example).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });
});
