// Packages that ship ESM only: jest's CommonJS runtime can't load them, so swc turns them into CommonJS.
const esmOnly = ['@sparticuz/chromium', 'hyparquet', 'hyparquet-writer'];

/** @type {import('jest').Config} */
const base = {
  testEnvironment: 'node',
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

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(system|scale)\\.test\\.ts$'],
    },
    {
      ...base,
      displayName: 'system',
      testMatch: ['<rootDir>/tests/**/*.system.test.ts'],
      globalSetup: '<rootDir>/tests/support/globalSetup.cjs',
      globalTeardown: '<rootDir>/tests/support/globalTeardown.cjs',
    },
    {
      ...base,
      displayName: 'scale',
      testMatch: ['<rootDir>/tests/**/*.scale.test.ts'],
      globalSetup: '<rootDir>/tests/support/globalSetup.cjs',
      globalTeardown: '<rootDir>/tests/support/globalTeardown.cjs',
    },
  ],
};
