import type { BreakerScope } from '../domain/breaker.js';
import { accountRefusalCodes, errorClassOf, senderRefusalCodes } from '../domain/errorCodes.js';
import type { SendOutcome } from '../providers/provider.js';

/** What the outcome of a send says of who was to carry it. */
export interface Verdict {
  /** Whose fault it is that nothing can be sent: counts against that breaker. */
  blames: BreakerScope | null;
  /** Whether the provider did well; null where that is not said by it, as of a number that does not exist. What comes with an error's code is counted with its row. */
  didWell: boolean | null;
  /** It is proved that the message was not processed, and another provider may take it. */
  mayFallBack: boolean;
}

/**
 * A refusal for the rate opens no breaker: the provider answers, and the cooldown does the rest. What is ambiguous counts
 * against the account and is never sent by another: nobody knows whether it has left.
 */
export function verdictOf(outcome: SendOutcome): Verdict {
  switch (outcome.kind) {
    case 'accepted':
      return { blames: null, didWell: true, mayFallBack: false };
    case 'ambiguous':
      return { blames: 'account', didWell: false, mayFallBack: false };
    case 'notSent':
      return { blames: 'account', didWell: false, mayFallBack: true };
    case 'rateLimited':
      return { blames: null, didWell: false, mayFallBack: true };
    case 'rejected': {
      const { code } = outcome;
      if (accountRefusalCodes.has(code)) return { blames: 'account', didWell: false, mayFallBack: true };
      if (senderRefusalCodes.has(code)) return { blames: 'sender', didWell: null, mayFallBack: true };
      const errorClass = errorClassOf(code);
      return { blames: null, didWell: null, mayFallBack: errorClass === 'CONGESTION' || errorClass === 'CONFIGURATION' };
    }
  }
}

/** The outcome in a few words, for whoever reads why a breaker opened. */
export function wordsOf(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case 'accepted':
      return 'taken';
    case 'rejected':
      return `refused, code ${outcome.code}`;
    case 'rateLimited':
      return `refused for its rate, code ${outcome.code}`;
    case 'notSent':
      return `not reached: ${outcome.reason}`;
    case 'ambiguous':
      return outcome.reason;
  }
}
