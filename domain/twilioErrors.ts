import type { ErrorClass } from './errorCatalogue.js';

/** A code's class, and what it says in a few words. */
export type ErrorCode = readonly [ErrorClass, string];

/** Twilio's codes, of answers and of callbacks alike: what each means for the message. */
export const twilioErrors = {
  21211: ['INVALID_NUMBER', 'the number is not valid'],
  21268: ['INVALID_NUMBER', 'premium numbers are not served'],
  21612: ['INVALID_NUMBER', 'this sender can not reach the number'],
  21614: ['INVALID_NUMBER', 'the number is not a mobile number'],
  21635: ['INVALID_NUMBER', 'the number is a landline'],
  30005: ['INVALID_NUMBER', 'the handset does not exist'],
  30006: ['INVALID_NUMBER', 'the number is a landline, or its carrier can not be reached'],

  21610: ['CONSENT', 'the recipient has opted out'],
  30640: ['CONSENT', 'the recipient has not opted in'],
  30610: ['QUIET_HOURS', 'the message came in the quiet hours of its recipient'],

  21602: ['CONTENT', 'the message has no body'],
  21617: ['CONTENT', 'the message is too long'],
  30004: ['CONTENT', 'the message was blocked'],
  30007: ['CONTENT', 'the message was filtered by the carrier'],
  30011: ['CONTENT', 'the carrier does not take media messages'],
  30019: ['CONTENT', 'the media are larger than the carrier takes'],
  30450: ['CONTENT', 'the message was blocked as suspected pumping'],

  20003: ['CONFIGURATION', "the account's credentials are wrong"],
  21408: ['CONFIGURATION', "the recipient's region is switched off at the account"],
  21606: ['CONFIGURATION', 'the sender does not belong to the account or can not send texts'],
  21608: ['CONFIGURATION', 'a trial account can not write to this number'],
  21609: ['CONFIGURATION', 'the callback URL is not valid'],
  21659: ['CONFIGURATION', 'the sender is not a number of the account'],
  21703: ['CONFIGURATION', 'the messaging service has no sender'],
  21704: ['CONFIGURATION', 'the messaging service has no sender for this recipient'],
  21705: ['CONFIGURATION', 'the messaging service does not exist'],
  30002: ['CONFIGURATION', 'the account is suspended'],
  30018: ['CONFIGURATION', 'the sender id is not registered in this country'],
  30024: ['CONFIGURATION', 'the sender is not provisioned at the carrier'],
  30032: ['CONFIGURATION', 'the toll-free number is not verified'],
  30034: ['CONFIGURATION', 'the number is not registered for 10DLC'],

  // Twilio's "too many requests", also without a body of its own; never processed, always safe to retry.
  429: ['RATE_LIMIT', 'too many requests'],
  20429: ['RATE_LIMIT', 'too many requests'],
  21611: ['RATE_LIMIT', "the sender's queue is full"],

  14107: ['CONGESTION', 'too many messages between two numbers'],
  30001: ['CONGESTION', 'the queue overflowed'],
  30017: ['CONGESTION', "the carrier's network is congested"],
  30020: ['CONGESTION', 'internal error of the carrier'],
  30021: ['CONGESTION', 'internal error of the provider'],
  30022: ['CONGESTION', 'the rate of the 10DLC campaign was exceeded'],
  30023: ['CONGESTION', "the brand's daily cap was reached; it is lifted at midnight Pacific time"],
  30027: ['CONGESTION', "the campaign's daily cap was reached; it is lifted at midnight Pacific time"],
  30500: ['CONGESTION', 'internal error of the provider'],
  63017: ['CONGESTION', "the account's rate was exceeded"],
  63038: ['CONGESTION', "the account's daily cap was exceeded"],

  30003: ['UNREACHABLE', 'the handset is switched off or out of range'],
  30036: ['UNREACHABLE', 'the validity ended before the message could be delivered'],

  20500: ['AMBIGUOUS', 'internal error of the provider, which may have sent it'],
  20503: ['AMBIGUOUS', 'the provider was not available and may have sent it'],
  30008: ['AMBIGUOUS', 'unknown error of the carrier'],
  30410: ['AMBIGUOUS', 'the provider timed out and may have sent it'],
} as const satisfies Record<number, ErrorCode>;

/** Rate errors that are about one sender's queue; the others are about the account. */
export const senderRateCodes: ReadonlySet<string> = new Set(['21611']);

/** Refusals of the account as a whole: no message of it can leave before somebody mends that. */
export const accountRefusalCodes: ReadonlySet<string> = new Set(['20003', '30002']);
/** Refusals of the sender: none of its messages can leave, whoever the recipient is. */
export const senderRefusalCodes: ReadonlySet<string> = new Set(['21606', '21659', '30024', '30032', '30034']);
