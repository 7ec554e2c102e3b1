import { z } from 'zod';
import { bodyCharactersMax } from '../../domain/limits.js';
import type { MessageRequest } from '../requestSchemas.js';
import { messageRequest } from '../requestSchemas.js';
import { validate } from '../validate.js';
import { TwilioProblem } from './twilioProblem.js';

/** What Twilio's form may carry and changes nothing here, because it is how this system works anyway. */
const withoutEffect = [
  'ProvideFeedback',
  'SmartEncoded',
  'ForceDelivery',
  'RiskCheck',
  'ShortenUrls',
  'SendAsMms',
  'TrafficType',
  'Attempt',
];

/** What would be promised and not kept if it were taken in silence. */
const refused: Record<string, [code: number, why: string]> = {
  ApplicationSid: [21609, 'is not known here: register a webhook endpoint for the workspace, by POST /v1/webhook-endpoints'],
  ContentSid: [21655, 'is not available: send the text in Body'],
  ContentVariables: [21656, 'is not available: send the text in Body'],
  PersistentAction: [20001, 'is not available'],
  MaxPrice: [21616, 'is not available: the price of a message is not known before it is sent'],
  ContentRetention: [20001, 'is set for the workspace, by PUT /v1/workspace/retention'],
  AddressRetention: [20001, 'is set for the workspace, by PUT /v1/workspace/retention'],
  FallbackFrom: [20001, 'is not available: give the workspace a route, by PUT /v1/workspace/routes'],
};

const text = z.string({ error: 'is given twice' });
const form = z.strictObject({
  To: text.min(1).optional(),
  From: text.optional(),
  MessagingServiceSid: text.optional(),
  Body: text.optional(),
  MediaUrl: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  ValidityPeriod: text.optional(),
  ScheduleType: text.optional(),
  SendAt: text.optional(),
  StatusCallback: text.optional(),
});

/**
 * Reads what Twilio's clients send as a message request of ours. Throws TwilioProblem for what is missing, can't be kept, or is not
 * known, and Problem `invalid_request` for a value that does not do. Its StatusCallback is answered as it was given.
 */
export function readMessageForm(given: Record<string, unknown>): { wanted: MessageRequest; statusCallback: string | undefined } {
  for (const [field, [code, why]] of Object.entries(refused))
    if (given[field] !== undefined) throw new TwilioProblem(code, `${field} ${why}`);
  const { To, From, MessagingServiceSid, Body, MediaUrl, ValidityPeriod, ScheduleType, SendAt, StatusCallback } = validate(
    form,
    Object.fromEntries(Object.entries(given).filter(([name]) => !withoutEffect.includes(name))),
  );
  if (To === undefined) throw new TwilioProblem(21604, "A 'To' phone number is required.");
  if (From === undefined && MessagingServiceSid === undefined)
    throw new TwilioProblem(21603, "A 'From' phone number or a 'MessagingServiceSid' is required.");
  if (!Body) throw new TwilioProblem(21602, 'Message body is required.');
  if (Body.length > bodyCharactersMax) throw new TwilioProblem(21617, `The message body exceeds the ${bodyCharactersMax} character limit.`);
  if ((SendAt !== undefined) !== (ScheduleType !== undefined) || (ScheduleType !== undefined && ScheduleType !== 'fixed'))
    throw new TwilioProblem(35111, "SendAt goes with ScheduleType 'fixed', and ScheduleType with SendAt.");
  const wanted = validate(messageRequest, {
    to: To,
    from: MessagingServiceSid ?? From,
    body: Body,
    ...(MediaUrl && { mediaUrls: MediaUrl }),
    ...(ValidityPeriod !== undefined && { validitySeconds: /^\d+$/.test(ValidityPeriod) ? Number(ValidityPeriod) : ValidityPeriod }),
    ...(SendAt !== undefined && { sendAt: SendAt }),
  });
  return { wanted, statusCallback: StatusCallback || undefined };
}
