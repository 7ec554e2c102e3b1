import { z } from 'zod';
import { errorClassOf } from '../../domain/errorCodes.js';
import type { ProviderStatus } from '../../domain/messageStatus.js';
import type { SendOutcome } from '../provider.js';
import { TransportError, type TransportResponse } from './transport.js';

const providerStatuses: Record<string, ProviderStatus> = {
  accepted: 'accepted',
  scheduled: 'accepted',
  queued: 'accepted',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  canceled: 'canceled',
};

/** Our state for Twilio's word; undefined for words of inbound messages and such as we don't know. */
export function statusOf(word: string): ProviderStatus | undefined {
  return Object.hasOwn(providerStatuses, word) ? providerStatuses[word] : undefined;
}

const createdMessage = z.object({ sid: z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i), status: z.string() });
const errorBody = z.object({ code: z.number().int().nullish(), message: z.string().nullish() });

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What an answer to POST /Messages means for the message. */
export function classifyResponse(response: TransportResponse): SendOutcome {
  const { statusCode, body, headers } = response;
  if (statusCode >= 200 && statusCode < 300) {
    const message = parse(createdMessage, body);
    // A success that we can't read: the message exists, but which one it is only the provider knows.
    if (!message) return { kind: 'ambiguous', reason: `HTTP ${statusCode} with a body that is not Twilio's message` };
    return { kind: 'accepted', providerMessageId: message.sid, status: statusOf(message.status) ?? 'accepted' };
  }
  const error = parse(errorBody, body);
  const code = error?.code ?? undefined;
  const errorClass = code === undefined ? undefined : errorClassOf(String(code));
  if (statusCode === 429 || errorClass === 'RATE_LIMIT') {
    const seconds = Number(headers['retry-after']);
    return {
      kind: 'rateLimited',
      code: String(code ?? statusCode),
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null,
    };
  }
  // A redirect or an answer without Twilio's own error comes from something in between: it proves nothing. Nor does
  // Twilio's "internal error", whatever the HTTP status.
  if (statusCode >= 500 || statusCode < 400 || code === undefined || errorClass === 'AMBIGUOUS') {
    return { kind: 'ambiguous', reason: `HTTP ${statusCode}${code === undefined ? '' : `, code ${code}`}` };
  }
  return { kind: 'rejected', code: String(code), message: error?.message ?? `HTTP ${statusCode}` };
}

/** What a failed request means for the message: before the write nothing happened, after it nobody knows. */
export function classifyFailure(error: unknown): SendOutcome {
  if (error instanceof TransportError)
    return error.sent ? { kind: 'ambiguous', reason: error.reason } : { kind: 'notSent', reason: error.reason };
  return { kind: 'ambiguous', reason: error instanceof Error ? error.message : String(error) };
}
