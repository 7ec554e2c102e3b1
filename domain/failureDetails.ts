import type { ErrorClass } from './errorCatalogue.js';
import type { WaitingFor } from './submission.js';

/**
 * What the failure of an activity carries: the decision, so that a workflow acts on what it was told and a later change
 * of the catalogue changes nothing for a history that is replayed.
 */
export interface FailureDetails {
  code: string;
  class: ErrorClass;
  /** Attempts of the message begun so far; null where that is not known. */
  attempt: number | null;
  /** True where the workflow waits and begins again; else the error ends the message. */
  keepsMessage: boolean;
  /** Until the next try; null where there is none. */
  waitMs: number | null;
  waitingFor: WaitingFor;
}
