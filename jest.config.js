/**
 * Jest runs CommonJS, so SWC must compile the packages that are ES modules only (the list below).
 * A missing entry says "Must use import to load ES Module", or, for what the Swagger UI needs, "process.exit called".
 */
const esModulesOnly = '@nestjs|cockatiel|content-disposition|cookie|non-error|pg-boss|serialize-error';
// Absent on purpose from .swcrc's "exclude": test files are compiled here, never by the build.
const swc = JSON.parse(require('node:fs').readFileSync(require.resolve('./.swcrc'), 'utf8'));
delete swc.exclude;
delete swc.$schema;

const base = {
  transform: { '^.+\\.[jt]s$': ['@swc/jest', { ...swc, swcrc: false, sourceMaps: 'inline' }] },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data', '<rootDir>/.tmp'],
  testEnvironment: 'node',
};

const onPostgres = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

module.exports = {
  testTimeout: 30_000,
  // A test that fails may leave its service running; the run ends all the same.
  forceExit: true,
  maxWorkers: 2,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/src/**/*.spec.ts',
        '<rootDir>/test/saga/**/*.spec.ts',
        '<rootDir>/test/availability/**/*.spec.ts',
      ],
    },
    { ...base, ...onPostgres, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.spec.ts'] },
    { ...base, ...onPostgres, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
  ],
};
