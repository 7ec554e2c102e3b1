import type { MessageError } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import { isMessagingService } from '../domain/sender.js';
import { messageSidOf } from '../domain/twilioSid.js';
import { twilioApiVersion, twilioErrorOf, twilioStatus } from '../domain/twilioWords.js';
import { signatureHeaders } from '../platform/webhookSignature.js';
import { signedForm } from '../providers/twilio/signedForm.js';
import { findMessage } from '../storage/messages.js';
import { findStatusCallback } from '../storage/statusCallbacks.js';
import type { DueDelivery } from '../storage/webhookDeliveries.js';
import type { WebhookTarget } from '../storage/webhookEndpoints.js';
import type { Workspace } from '../storage/workspaces.js';
import type { WebhookDependencies } from './dependencies.js';
import { webhookBody } from './webhookBody.js';

/** What a delivery is sent as. */
export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

const userAgent = 'Postrider-Webhooks';

/** Makes the request of a delivery, or says in words why there is nothing to be sent any more. */
export async function webhookRequest(
  dependencies: WebhookDependencies,
  workspace: Workspace,
  target: WebhookTarget,
  delivery: DueDelivery,
): Promise<WebhookRequest | string> {
  if (target.kind === 'statusCallbacks') return statusCallbackRequest(dependencies, workspace, delivery);
  const body = await webhookBody(dependencies, workspace.id, delivery);
  const signatures = signatureHeaders(target.secrets, delivery.id, Math.floor(Date.now() / 1_000), body);
  return { url: target.url, headers: headersOf(body, 'application/json', signatures), body };
}

/** A status callback as Twilio sends one: a form to the URL of the message, signed by the auth token of its account. */
async function statusCallbackRequest(
  dependencies: WebhookDependencies,
  workspace: Workspace,
  { id, data }: DueDelivery,
): Promise<WebhookRequest | string> {
  const { messageId, status, error } = data as { messageId: string; status: MessageStatus; error: MessageError | null };
  const [message, callback] = await Promise.all([
    findMessage(dependencies, workspace.id, messageId),
    findStatusCallback(dependencies, workspace.id, messageId),
  ]);
  if (!message || !callback) return 'the message or its contact was removed, and its URL with it';
  const account = workspace.accounts.find(({ accountSid }) => accountSid === callback.accountSid);
  if (!account) return `the workspace has no account ${callback.accountSid} any more, whose auth token would sign it`;
  const sid = messageSidOf(messageId);
  const word = twilioStatus[status];
  const failure = twilioErrorOf(status, error);
  const byService = message.from !== null && isMessagingService(message.from);
  const { body, signature } = signedForm(account.authToken, callback.url, {
    AccountSid: callback.accountSid,
    ApiVersion: twilioApiVersion,
    MessageSid: sid,
    MessageStatus: word,
    SmsSid: sid,
    SmsStatus: word,
    To: message.to ?? '',
    ...(byService ? { MessagingServiceSid: message.from ?? '' } : { From: message.from ?? '' }),
    ...(failure.code !== null && { ErrorCode: String(failure.code), ErrorMessage: failure.message ?? '' }),
  });
  // The same at every attempt, as in Twilio's own.
  const headers = { 'x-twilio-signature': signature, 'i-twilio-idempotency-token': id };
  return { url: callback.url, headers: headersOf(body, 'application/x-www-form-urlencoded', headers), body };
}

function headersOf(body: string, contentType: string, signatures: Record<string, string>): Record<string, string> {
  const length = String(Buffer.byteLength(body));
  return { ...signatures, 'content-type': contentType, 'content-length': length, 'user-agent': userAgent };
}
