import { callbackFaults } from './callbackFaults.js';
import { clockAndLoadFaults } from './clockAndLoadFaults.js';
import type { Fault, NotHere } from './fault.js';
import { notHere } from './notHere.js';
import { postgresFaults } from './postgresFaults.js';
import { processFaults } from './processFaults.js';
import { providerFaults } from './providerFaults.js';
import { redisFaults } from './redisFaults.js';
import { temporalFaults } from './temporalFaults.js';

export type { Fault, NotHere } from './fault.js';

/** The rows of the fault matrix that can be injected, by number. */
export const faults: readonly Fault[] = [
  ...processFaults,
  ...temporalFaults,
  ...postgresFaults,
  ...redisFaults,
  ...providerFaults,
  ...callbackFaults,
  ...clockAndLoadFaults,
].sort((a, b) => a.number - b.number);

/** All forty rows, by number. */
export const faultMatrix: readonly (Fault | NotHere)[] = [...faults, ...notHere].sort((a, b) => a.number - b.number);

/** The row with this number; throws where there is none. */
export function faultNumbered(number: number): Fault | NotHere {
  const fault = faultMatrix.find((one) => one.number === number);
  if (!fault) throw new Error(`the fault matrix has no row ${number}`);
  return fault;
}
