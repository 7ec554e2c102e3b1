import { z } from 'zod';
import type { ProviderStatus } from '../../domain/messageStatus.js';
import { twilioErrors } from '../../domain/twilioErrors.js';
import { classifyAnswer } from '../classifyAnswer.js';
import { parseJson } from '../parseJson.js';
import type { SendOutcome } from '../provider.js';
import type { TransportResponse } from '../transport.js';

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
const errorBody = z.object({ code: z.number().int(), message: z.string().nullish() });

/** What an answer to POST /Messages means for the message. */
export function classifyResponse(response: TransportResponse): SendOutcome {
  return classifyAnswer(response, {
    vendor: 'Twilio',
    codes: twilioErrors,
    readAccepted: (body) => {
      const message = parseJson(createdMessage, body);
      return message && { id: message.sid, status: statusOf(message.status) ?? 'accepted' };
    },
    readError: (body) => {
      const error = parseJson(errorBody, body);
      return error && { code: String(error.code), message: error.message ?? undefined };
    },
  });
}
