import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { z } from 'zod';
import { mediaUrlsMax } from '../../domain/limits.js';
import { isMessagingService } from '../../domain/sender.js';
import { classifyFailure } from '../classifyAnswer.js';
import {
  type Account,
  type AccountField,
  type CallbackFields,
  type CallbackRequest,
  type Capabilities,
  type InboundCallback,
  type ListFilter,
  type ProviderMessage,
  ProviderUnavailable,
  type SendOutcome,
  type SendRequest,
  type SmsProvider,
  type StatusCallback,
} from '../provider.js';
import { Transport, type TransportResponse } from '../transport.js';
import { classifyResponse, statusOf } from './classify.js';
import { type TwilioRequestOptions, twilioRequest } from './twilioRequest.js';

const notFound = 404;
const listPageSize = 1_000;
/** The list shows the newest first; a look goes at most this many pages back. */
const listPagesMax = 50;
/** The list's order is by time, give or take this much. */
const listDisorderMs = 60_000;

type Form = Record<string, string | undefined>;

/** What is used of a page of the client's list. */
interface ListPage {
  instances: MessageInstance[];
  nextPage(): Promise<ListPage | undefined> | undefined;
}

export interface TwilioOptions {
  baseUrl: string;
  /** From the write of the request to the whole answer, milliseconds. */
  responseTimeoutMs: number;
}

/** Twilio, by its official client over a transport of ours. Retries are off: they belong to Temporal. */
export class TwilioProvider implements SmsProvider {
  readonly capabilities: Capabilities = { canList: true, isIdempotent: false, hasMessagingServices: true, limitsValidity: true };
  readonly accountFields: Record<string, AccountField> = {
    accountSid: {
      keptAs: 'accountSid',
      schema: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hex digits, as the console shows it'),
    },
    authToken: { keptAs: 'authToken', schema: z.string().regex(/^[\x21-\x7e]{16,256}$/, 'must be the Auth Token of that account') },
  };
  private readonly transport: Transport;

  constructor(
    private readonly options: TwilioOptions,
    readonly name = 'twilio',
  ) {
    this.transport = new Transport(options);
  }

  async send(account: Account, request: SendRequest, beforeWrite: () => Promise<boolean>, isInTime: () => boolean): Promise<SendOutcome> {
    let answer: TransportResponse | undefined;
    const client = this.clientFor(
      account,
      async (options) => (answer = await this.transport.request(twilioRequest(this.options.baseUrl, options), beforeWrite, isInTime)),
    );
    try {
      await client.messages.create({
        to: request.to,
        ...(isMessagingService(request.from) ? { messagingServiceSid: request.from } : { from: request.from }),
        body: request.body,
        statusCallback: request.statusCallback,
        validityPeriod: request.validitySeconds,
        ...(request.mediaUrls.length > 0 && { mediaUrl: request.mediaUrls }),
      });
    } catch (error) {
      // Where there was an answer, the answer decides, not how the client took it.
      if (!answer) return classifyFailure(error);
    }
    return answer ? classifyResponse(answer) : { kind: 'ambiguous', reason: 'the client returned without an answer' };
  }

  async fetchMessage(account: Account, providerMessageId: string): Promise<ProviderMessage | undefined> {
    try {
      return toProviderMessage(await this.reader(account).messages(providerMessageId).fetch());
    } catch (error) {
      if ((error as { status?: number }).status === notFound) return undefined;
      throw unavailable(error);
    }
  }

  async listMessages(account: Account, { to, from, fromMs, toMs }: ListFilter): Promise<ProviderMessage[]> {
    const found: ProviderMessage[] = [];
    // Of a Messaging Service the list shows the number that was chosen, and it has no filter for the service.
    const service = from !== undefined && isMessagingService(from) ? from : undefined;
    const filter = { ...(to && { to }), ...(from && !service && { from }), pageSize: listPageSize };
    // No date filter: Twilio filters by the day a message was sent, and one in its queue has none yet.
    try {
      let page: ListPage = await this.reader(account).messages.page(filter);
      for (let pages = 1; ; pages++) {
        const instances = page.instances.filter(({ messagingServiceSid }) => service === undefined || messagingServiceSid === service);
        const messages = instances.map(toProviderMessage);
        found.push(...messages.filter(({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs <= toMs));
        // Newest first: what follows is older still.
        const isPast = page.instances.map(toProviderMessage).some(({ createdAtMs }) => createdAtMs < fromMs - listDisorderMs);
        const next = isPast || pages >= listPagesMax ? undefined : await page.nextPage();
        if (!next) return found;
        page = next;
      }
    } catch (error) {
      throw unavailable(error);
    }
  }

  verifyCallback(account: Account, { url, headers, body }: CallbackRequest): boolean {
    const form = this.readCallback(body);
    return (
      form.AccountSid === account.accountSid && twilio.validateRequest(account.authToken, headers['x-twilio-signature'] ?? '', url, form)
    );
  }

  readCallback(body: string): Record<string, string> {
    return Object.fromEntries(new URLSearchParams(body));
  }

  parseStatusCallback(fields: CallbackFields): StatusCallback | undefined {
    const form = fields as Form;
    const id = form.MessageSid ?? form.SmsSid;
    const word = form.MessageStatus ?? form.SmsStatus;
    if (!id || !word) return undefined;
    return {
      providerMessageId: id,
      status: statusOf(word),
      providerStatus: word,
      error: form.ErrorCode ? { code: form.ErrorCode, message: form.ErrorMessage ?? '' } : null,
    };
  }

  parseInbound(fields: CallbackFields): InboundCallback | undefined {
    const form = fields as Form;
    const providerMessageId = form.MessageSid ?? form.SmsSid;
    const { From: from, To: to, MessagingServiceSid: service, Body: body = '', NumMedia: mediaCount = '0', OptOutType: optOut } = form;
    if (!providerMessageId || !from || !to) return undefined;
    const mediaUrls = Array.from({ length: Math.min(Number(mediaCount) || 0, mediaUrlsMax) }, (_, index) => form[`MediaUrl${index}`] ?? '');
    return {
      providerMessageId,
      from,
      to,
      ...(service && { messagingService: service }),
      body,
      mediaUrls: mediaUrls.filter((url) => url !== ''),
      optOutType: optOut === 'STOP' || optOut === 'START' || optOut === 'HELP' ? optOut : undefined,
    };
  }

  close(): void {
    this.transport.close();
  }

  private reader(account: Account) {
    return this.clientFor(account, (options) => this.transport.request(twilioRequest(this.options.baseUrl, options)));
  }

  private clientFor(account: Account, request: (options: TwilioRequestOptions) => Promise<TransportResponse>) {
    return twilio(account.accountSid, account.authToken, { httpClient: { request } as unknown as RequestClient, autoRetry: false });
  }
}

function unavailable(error: unknown): ProviderUnavailable {
  const { status } = error as { status?: number };
  const reason = error instanceof Error ? error.message : String(error);
  return new ProviderUnavailable(`Twilio can't be asked${status === undefined ? '' : ` (HTTP ${status})`}: ${reason}`, { cause: error });
}

function toProviderMessage(message: MessageInstance): ProviderMessage {
  return {
    id: message.sid,
    to: message.to,
    from: message.from ?? message.messagingServiceSid,
    body: message.body,
    status: statusOf(message.status) ?? 'accepted',
    createdAtMs: message.dateCreated.getTime(),
    error: message.errorCode ? { code: String(message.errorCode), message: message.errorMessage ?? '' } : null,
  };
}
