import { jest } from '@jest/globals';

// Tests of real processes share the machine with another file of their kind: what hangs fails, what is only slow does not.
jest.setTimeout(120_000);
