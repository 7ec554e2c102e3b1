import { randomUUID } from 'node:crypto';
// The signing module alone: the whole SDK takes many times longer to load, and none of its clients is used here.
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type { Accounts } from './accounts.js';
import { answerError, apiError } from './apiErrors.js';
import { callbackForm } from './callbackForm.js';
import type { Dialect, InboundText } from './dialect.js';
import { messageJson } from './messageJson.js';
import { countSegments } from './segments.js';
import type { Webhook } from './webhookClient.js';

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;

export function twilioDialect(accounts: Accounts): Dialect {
  return {
    vendor: 'twilio',
    newId: newSid,
    created: (message) => ({ httpStatus: 201, json: messageJson(message) }),
    refuse: (response, code, httpStatus) => answerError(response, apiError(code, httpStatus)),
    statusWebhook: (message, step, atMs, idempotencyToken) => {
      const { entry } = message;
      const authToken = message.authToken ?? accounts.tokenOf(entry.accountSid);
      if (entry.statusCallback === null || authToken === undefined) return null;
      return twilioWebhook({ url: entry.statusCallback, authToken, form: callbackForm(entry, step, atMs), idempotencyToken });
    },
    inboundWebhook: (text) => {
      const id = newSid();
      const authToken = text.authToken ?? accounts.tokenOf(text.accountSid);
      return { id, webhook: authToken === undefined ? null : twilioWebhook({ url: text.url, authToken, form: inboundForm(id, text) }) };
    },
  };
}

function inboundForm(
  messageSid: string,
  { accountSid, from, to, body, messagingServiceSid, optOutType }: InboundText,
): Record<string, string> {
  return {
    ApiVersion: '2010-04-01',
    AccountSid: accountSid,
    MessageSid: messageSid,
    SmsMessageSid: messageSid,
    SmsSid: messageSid,
    SmsStatus: 'received',
    From: from,
    To: to,
    Body: body,
    NumMedia: '0',
    NumSegments: String(countSegments(body)),
    ...(messagingServiceSid && { MessagingServiceSid: messagingServiceSid }),
    ...(optOutType && { OptOutType: optOutType }),
  };
}

/**
 * A form, signed as Twilio signs it.
 *
 * @param idempotencyToken the same for each retry of one webhook
 */
export function twilioWebhook(webhook: {
  url: string;
  authToken: string;
  form: Record<string, string>;
  idempotencyToken?: string;
}): Webhook {
  const { authToken, form, idempotencyToken = randomUUID() } = webhook;
  // What follows the # configures Twilio's side: it is neither sent nor signed.
  const url = webhook.url.split('#', 1)[0] as string;
  return {
    url,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'User-Agent': 'TwilioProxy/1.1',
      'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, form),
      'I-Twilio-Idempotency-Token': idempotencyToken,
    },
    body: new URLSearchParams(form).toString(),
  };
}
