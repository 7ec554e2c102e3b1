import type { NotHere } from './fault.js';

/** Rows of the matrix that need more than a running system, and where each is shown. */
export const notHere: readonly NotHere[] = [
  {
    number: 34,
    name: 'DST and quiet-hour edge',
    because:
      "the clock of recipients' places is the world's: tests/domain/quietHours.test.ts goes over every edge; a run looks only that nothing leaves at night",
  },
  {
    number: 39,
    name: 'bad deploy, then rollback',
    because:
      'it needs workers of two builds, and one machine runs without build ids: tests/deploy/badRelease.system.test.ts ships a bad build',
  },
  {
    number: 40,
    name: 'restore from a backup',
    because:
      'it replaces the database under the run, and with it what the checker compares: tests/paths/restore.system.test.ts restores one',
  },
];
