import { z } from 'zod';
import { telnyxErrors } from '../../domain/telnyxErrors.js';
import { askAboutMessage } from '../askAboutMessage.js';
import { classifyAnswer, classifyFailure } from '../classifyAnswer.js';
import { parseJson } from '../parseJson.js';
import {
  type Account,
  type AccountField,
  type CallbackFields,
  type CallbackRequest,
  type Capabilities,
  type InboundCallback,
  type ProviderMessage,
  ProviderUnavailable,
  type SendOutcome,
  type SendRequest,
  type SmsProvider,
  type StatusCallback,
} from '../provider.js';
import { Transport, type TransportRequest } from '../transport.js';
import { isPublicKey, isSigned } from './signature.js';
import { errorOf, statusOf, type TelnyxMessage, telnyxAnswer, telnyxEvent, telnyxRefusal, wordOf } from './telnyxMessage.js';

const notFound = 404;

export interface TelnyxOptions {
  baseUrl: string;
  /** From the write of the request to the whole answer, milliseconds. */
  responseTimeoutMs: number;
}

/**
 * Telnyx's messaging API, version 2. It has no list of messages and takes neither a reference nor a validity, so a send
 * whose answer was lost is proved by its webhook alone.
 */
export class TelnyxProvider implements SmsProvider {
  readonly name = 'telnyx';
  readonly capabilities: Capabilities = { canList: false, isIdempotent: false, hasMessagingServices: false, limitsValidity: false };
  readonly accountFields: Record<string, AccountField> = {
    messagingProfileId: { keptAs: 'accountSid', schema: z.uuid('must be the id of the messaging profile, a UUID') },
    apiKey: { keptAs: 'authToken', schema: z.string().regex(/^[\x21-\x7e]{16,256}$/, 'must be an API key of the account, KEY…') },
    publicKey: {
      keptAs: 'setting',
      schema: z.string().refine(isPublicKey, 'must be the public key of the account, 32 bytes in base64: webhooks are verified with it'),
    },
  };
  private readonly transport: Transport;

  constructor(private readonly options: TelnyxOptions) {
    this.transport = new Transport(options);
  }

  async send(account: Account, request: SendRequest, beforeWrite: () => Promise<boolean>, isInTime: () => boolean): Promise<SendOutcome> {
    const body = {
      from: request.from,
      to: request.to,
      text: request.body,
      messaging_profile_id: account.accountSid,
      webhook_url: request.statusCallback,
      // Or what the first URL does not take would come to the one for messages that come in.
      use_profile_webhooks: false,
      ...(request.mediaUrls.length > 0 && { media_urls: request.mediaUrls }),
    };
    try {
      const answer = await this.transport.request(this.requestOf(account, 'POST', '', JSON.stringify(body)), beforeWrite, isInTime);
      return classifyAnswer(answer, {
        vendor: 'Telnyx',
        codes: telnyxErrors,
        readAccepted: (text) => {
          const message = parseJson(telnyxAnswer, text)?.data;
          return message && { id: message.id, status: statusOf(wordOf(message)) ?? 'accepted' };
        },
        readError: (text) => {
          const error = parseJson(telnyxRefusal, text)?.errors[0];
          return error && { code: error.code, message: error.detail ?? error.title ?? undefined };
        },
      });
    } catch (error) {
      return classifyFailure(error);
    }
  }

  async fetchMessage(account: Account, providerMessageId: string): Promise<ProviderMessage | undefined> {
    const path = `/${encodeURIComponent(providerMessageId)}`;
    const ask = async () => this.transport.request(this.requestOf(account, 'GET', path, ''));
    const message = await askAboutMessage('Telnyx', ask, { notFound: [notFound], read: (body) => parseJson(telnyxAnswer, body)?.data });
    // An API key opens all profiles of its owner, who may have one a workspace.
    const isOwn = message && message.direction !== 'inbound' && message.messaging_profile_id === account.accountSid;
    return isOwn ? toProviderMessage(message) : undefined;
  }

  listMessages(): Promise<ProviderMessage[]> {
    return Promise.reject(new ProviderUnavailable('Telnyx has no list of messages'));
  }

  verifyCallback(account: Account, callback: CallbackRequest): boolean {
    if (!isSigned(callback, account.settings.publicKey ?? '')) return false;
    return parseJson(telnyxEvent, callback.body)?.data.payload.messaging_profile_id === account.accountSid;
  }

  readCallback(body: string): CallbackFields | undefined {
    return parseJson(z.record(z.string(), z.unknown()), body);
  }

  parseStatusCallback(fields: CallbackFields): StatusCallback | undefined {
    const message = payloadOf(fields, ['message.sent', 'message.finalized']);
    if (!message) return undefined;
    const providerStatus = wordOf(message);
    if (!providerStatus) return undefined;
    return { providerMessageId: message.id, status: statusOf(providerStatus), providerStatus, error: errorOf(message) };
  }

  parseInbound(fields: CallbackFields): InboundCallback | undefined {
    const message = payloadOf(fields, ['message.received']);
    const [from, to] = [message?.from?.phone_number, message?.to[0]?.phone_number];
    if (!message || !from || !to) return undefined;
    const mediaUrls = (message.media ?? []).flatMap(({ url }) => url ?? []);
    return { providerMessageId: message.id, from, to, body: message.text ?? '', mediaUrls, optOutType: undefined };
  }

  close(): void {
    this.transport.close();
  }

  private requestOf(account: Account, method: string, path: string, body: string): TransportRequest {
    return {
      method,
      url: new URL(`/v2/messages${path}`, this.options.baseUrl),
      headers: {
        authorization: `Bearer ${account.authToken}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
      },
      body,
    };
  }
}

/** The message of a webhook of one of these kinds. */
function payloadOf(fields: CallbackFields, kinds: string[]): TelnyxMessage | undefined {
  const event = telnyxEvent.safeParse(fields).data?.data;
  return event && kinds.includes(event.event_type) ? event.payload : undefined;
}

function toProviderMessage(message: TelnyxMessage): ProviderMessage {
  return {
    id: message.id,
    to: message.to[0]?.phone_number ?? '',
    from: message.from?.phone_number ?? '',
    body: message.text ?? '',
    status: statusOf(wordOf(message)) ?? 'accepted',
    createdAtMs: Date.parse(message.received_at ?? '') || 0,
    error: errorOf(message),
  };
}
