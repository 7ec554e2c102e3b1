import type { Action, ChosenAction } from './actions.js';
import type { SendRequest } from './sendRequest.js';

/** A recipient with a fate of its own, so that a person can try each outcome from the inbox. */
export interface MagicNumber {
  meaning: string;
  action: Action;
  /** Shapes only the first tries of each text; later tries of the same text are accepted as usual. */
  firstTries?: number;
}

/**
 * All are valid US numbers for libphonenumber. The last digits recall the code where there is one: 2610 is 21610, 2614 is
 * 21614, 2629 is 20429. `+14155552600` and every number not listed here is delivered.
 */
export const magicNumbers: Readonly<Record<string, MagicNumber>> = {
  '+14155552601': { meaning: 'undelivered, 30003 unreachable handset', action: final('undelivered', 30003) },
  '+14155552602': { meaning: 'failed, 30007 filtered', action: final('failed', 30007) },
  '+14155552603': { meaning: 'undelivered, 30005 unknown handset', action: final('undelivered', 30005) },
  '+14155552604': {
    meaning: 'undelivered 30008, then corrected to delivered',
    action: {
      callbacks: {
        statuses: [
          { status: 'sent', delayMs: 150 },
          { status: 'undelivered', delayMs: 400, errorCode: 30008 },
          { status: 'delivered', delayMs: 2_000 },
        ],
      },
    },
  },
  '+14155552610': { meaning: 'refused, 21610 opted out', action: { error: { code: 21610 } } },
  '+14155552612': { meaning: 'refused, 21612 unreachable', action: { error: { code: 21612 } } },
  '+14155552614': { meaning: 'refused, 21614 not a mobile number', action: { error: { code: 21614 } } },
  '+14155552621': { meaning: 'refused, 21211 invalid number', action: { error: { code: 21211 } } },
  '+14155552629': {
    meaning: '429 with Retry-After 1 s on the first two tries of a text, then delivered',
    action: { rateLimited: { retryAfterS: 1 } },
    firstTries: 2,
  },
  '+14155552650': { meaning: 'HTTP 500, not accepted', action: { http500: 'before' } },
  '+14155552651': { meaning: 'HTTP 500, yet accepted and delivered', action: { http500: 'after' } },
  '+14155552652': { meaning: 'connection reset, yet accepted and delivered', action: { cut: 'after' } },
  '+14155552653': { meaning: 'silence, yet accepted and delivered', action: { hang: 'after' } },
  '+14155552654': { meaning: '200 with HTML, yet accepted and delivered', action: { notJson: 'after' } },
  '+14155552655': {
    meaning: 'HTTP 500, accepted, no callbacks: only the list knows it',
    action: { http500: 'after', callbacks: { drop: 1 } },
  },
  '+14155552660': { meaning: 'delivered, but no callbacks', action: { callbacks: { drop: 1 } } },
  '+14155552661': { meaning: 'delivered, callbacks five times and shuffled', action: { callbacks: { times: 5, shuffle: true } } },
  '+14155552662': { meaning: 'delivered, callbacks before the answer', action: { callbacks: { hurry: true } } },
  '+14155552663': { meaning: 'delivered, callbacks 30 s late', action: { callbacks: { delayMs: 30_000 } } },
  '+14155552670': { meaning: 'accepted at once, answered after 5 s', action: { delayMs: 5_000 } },
};

/** Chooses the fate of a magic recipient, and remembers which texts were tried. */
export class MagicNumbers {
  private readonly tries = new Map<string, number>();

  choose(request: SendRequest): ChosenAction | null {
    const magic = magicNumbers[request.to];
    if (!magic) return null;
    if (magic.firstTries !== undefined) {
      const key = `${request.accountSid} ${request.to} ${request.body}`;
      const tried = this.tries.get(key) ?? 0;
      if (tried >= magic.firstTries) {
        // Forgotten once accepted, so that the same text can be tried again later.
        this.tries.delete(key);
        return null;
      }
      this.tries.set(key, tried + 1);
    }
    return { ruleName: `magic:${request.to.slice(-4)}`, action: magic.action };
  }
}

function final(finalStatus: 'undelivered' | 'failed', errorCode: number): Action {
  return { callbacks: { finalStatus, errorCode } };
}
