// Packages that ship ESM only: jest's CommonJS runtime can't load them, so swc turns them into CommonJS.
const esmOnly = ['@sparticuz/chromium', 'jose', 'openid-client', 'oauth4webapi', 'hyparquet', 'hyparquet-writer'];

/** @type {import('jest').Config} */
const base = {
  testEnvironment: '<rootDir>/tests/support/leakFreeEnvironment.cjs',
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

/** What needs services: real processes, Postgres, Temporal. */
const services = {
  globalSetup: '<rootDir>/tests/support/globalSetup.cjs',
  globalTeardown: '<rootDir>/tests/support/globalTeardown.cjs',
  setupFilesAfterEnv: ['<rootDir>/tests/support/patience.ts'],
};

/** @type {import('jest').Config} */
module.exports = {
  testSequencer: '<rootDir>/tests/support/longestFirst.cjs',
  // Of the tests of one file that only wait: for a receipt, a time-out, the end of a validity.
  maxConcurrency: 12,
  // What hangs fails, what is only slow does not: a busy machine takes ten times as long.
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(system|scale)\\.test\\.ts$'],
    },
    {
      ...base,
      ...services,
      displayName: 'system',
      testMatch: ['<rootDir>/tests/**/*.system.test.ts'],
    },
    {
      ...base,
      ...services,
      displayName: 'scale',
      testMatch: ['<rootDir>/tests/**/*.scale.test.ts'],
    },
  ],
};
