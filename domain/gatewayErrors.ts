import type { ErrorCode } from './twilioErrors.js';

/** Codes that an HTTP gateway may answer (docs/using/http-gateway.md): what each means for the message. */
export const gatewayErrors = {
  recipient_invalid: ['INVALID_NUMBER', 'the gateway says that the number can not receive texts'],
  recipient_opted_out: ['CONSENT', 'the gateway says that the recipient has opted out'],
  content_refused: ['CONTENT', 'the gateway refused the content'],
  not_set_up: ['CONFIGURATION', 'the gateway is not set up to send this'],
  signature_refused: ['CONFIGURATION', 'the gateway did not take our signature'],
  too_many_requests: ['RATE_LIMIT', 'too many requests'],
  congested: ['CONGESTION', 'the gateway could not pass it on for now'],
  recipient_unreachable: ['UNREACHABLE', 'the gateway says that the handset could not be reached'],
  refused: ['UNKNOWN', 'the gateway refused it for a reason of its own'],
  under_way: ['AMBIGUOUS', 'the gateway is still at work on the same message'],
} as const satisfies Record<string, ErrorCode>;

/** A code as a gateway gave it, or the one for all that are not in the contract: no text of theirs becomes a code of ours. */
export function gatewayCodeOf(code: string): keyof typeof gatewayErrors {
  return Object.hasOwn(gatewayErrors, code) ? (code as keyof typeof gatewayErrors) : 'refused';
}
