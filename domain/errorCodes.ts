import { type ErrorClass, errorCatalogue } from './errorCatalogue.js';
import { gatewayErrors } from './gatewayErrors.js';
import { telnyxErrors } from './telnyxErrors.js';
import { type ErrorCode, twilioErrors } from './twilioErrors.js';

/** Codes of our own, where it was not the provider that said no. */
export const ownErrors = {
  provider_unreachable: ['NETWORK', 'the provider could not be reached'],
  no_provider_account: ['CONFIGURATION', 'the workspace has no account at the provider where its sender lives'],
  sender_not_served: ['CONFIGURATION', "the workspace's provider has no Messaging Services, and the sender is one"],
  outcome_unknown: ['AMBIGUOUS', 'no proof was found whether the provider took it'],
  no_receipt: ['AMBIGUOUS', 'the provider took it and never said what became of it'],
  abandoned: ['AMBIGUOUS', 'it was parked, and nobody decided about it within 30 days'],
  opted_out: ['CONSENT', 'the recipient has opted out'],
  expired: ['EXPIRED', 'its validity was over before it could be sent'],
  database_constraint: ['DATABASE_CONSTRAINT', 'the database refused it as it is'],
  database_timeout: ['DATABASE_TIMEOUT', 'the database does not answer'],
  message_missing: ['DATABASE_CONSTRAINT', 'its row is not there'],
  internal_error: ['INTERNAL', 'a fault of Postrider'],
} as const satisfies Record<string, ErrorCode>;
export type OwnErrorCode = keyof typeof ownErrors;

/** All codes, ours and the providers', with what each means. */
export const errorCodes: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>(
  Object.entries({ ...twilioErrors, ...telnyxErrors, ...gatewayErrors, ...ownErrors }),
);

/** Refusals of the account as a whole: no message of it can leave before somebody mends that. Of Twilio, Telnyx and gateways. */
export const accountRefusalCodes: ReadonlySet<string> = new Set(
  '20003 30002 10009 10010 20002 20012 20100 40312 40314 signature_refused'.split(' '),
);
/** Refusals of the sender: none of its messages can leave, whoever the recipient is. */
export const senderRefusalCodes: ReadonlySet<string> = new Set(
  '21606 21659 30024 30032 30034 10001 40010 40013 40100 40150 40151 40305 40315 40320 40329'.split(' '),
);

/** The class of a code of ours or of the provider's; UNKNOWN for one that the catalogue does not have. */
export function errorClassOf(code: string): ErrorClass {
  return errorCodes.get(code)?.[0] ?? 'UNKNOWN';
}

/** What a user may read of a code. */
export function errorSentenceOf(code: string): string {
  return errorCodes.get(code)?.[1] ?? errorCatalogue.UNKNOWN.sentence;
}

/**
 * The name under which a code is counted: itself where the catalogue has it or where it looks like a provider's number,
 * so that a new one is seen under its own; else `other`, so that no text from outside becomes a name.
 */
export function countedCodeOf(code: string): string {
  return errorCodes.has(code) || /^[1-9]\d{4}$/.test(code) ? code : 'other';
}
