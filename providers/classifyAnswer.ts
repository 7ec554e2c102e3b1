import type { ProviderStatus } from '../domain/messageStatus.js';
import type { ErrorCode } from '../domain/twilioErrors.js';
import type { SendOutcome } from './provider.js';
import { TransportError, type TransportResponse } from './transport.js';

/** How a vendor says yes and no. */
export interface AnswerReader {
  vendor: string;
  /** The codes that this vendor has: the same number means something else to another. */
  codes: Readonly<Record<string, ErrorCode>>;
  readAccepted(body: string): { id: string; status: ProviderStatus } | undefined;
  /** The vendor's own error, by a code of the catalogue where that has one. */
  readError(body: string): { code: string; message: string | undefined } | undefined;
}

/** What an answer to the request that sends a message means for the message. */
export function classifyAnswer(
  { statusCode, body, headers }: TransportResponse,
  { vendor, codes, readAccepted, readError }: AnswerReader,
): SendOutcome {
  if (statusCode >= 200 && statusCode < 300) {
    const message = readAccepted(body);
    // A success that we can't read: the message exists, but which one it is only the provider knows.
    if (!message) return { kind: 'ambiguous', reason: `HTTP ${statusCode} with a body that is not ${vendor}'s message` };
    return { kind: 'accepted', providerMessageId: message.id, status: message.status };
  }
  const error = readError(body);
  const errorClass = error && Object.hasOwn(codes, error.code) ? codes[error.code]?.[0] : undefined;
  if (statusCode === 429 || errorClass === 'RATE_LIMIT') {
    const seconds = Number(headers['retry-after']);
    return {
      kind: 'rateLimited',
      code: error?.code ?? String(statusCode),
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null,
    };
  }
  // A redirect or an answer without the vendor's own error comes from something in between: it proves nothing. Nor does
  // its "internal error", whatever the HTTP status.
  if (statusCode >= 500 || statusCode < 400 || !error || errorClass === 'AMBIGUOUS') {
    return { kind: 'ambiguous', reason: `HTTP ${statusCode}${error ? `, code ${error.code}` : ''}` };
  }
  return { kind: 'rejected', code: error.code, message: error.message ?? `HTTP ${statusCode}` };
}

/** What a failed request means for the message: before the write nothing happened, after it nobody knows. */
export function classifyFailure(error: unknown): SendOutcome {
  if (error instanceof TransportError)
    return error.sent ? { kind: 'ambiguous', reason: error.reason } : { kind: 'notSent', reason: error.reason };
  return { kind: 'ambiguous', reason: error instanceof Error ? error.message : String(error) };
}
