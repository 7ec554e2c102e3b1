import { z } from 'zod';
import { gatewayCodeOf, gatewayErrors } from '../../domain/gatewayErrors.js';
import { mediaUrlsMax } from '../../domain/limits.js';
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
import { Transport, TransportError, type TransportRequest } from '../transport.js';
import { gatewayUrl, type HostRule } from './gatewayUrl.js';
import { isSecret, isSigned, signedHeaders } from './signature.js';

const id = z.string().regex(/^[\x21-\x7e]{1,128}$/);
const statuses = ['accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'] as const;
const status = z.enum(statuses);
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });
const accepted = z.object({ id, status: status.default('accepted') });
const error = refusal.shape.error.nullish();
const message = z.object({
  id,
  status,
  to: z.string(),
  from: z.string(),
  text: z.string(),
  createdAt: z.iso.datetime({ offset: true }),
  error,
});
const statusReport = z.object({ id, status: z.string().min(1), error });
const inbound = z.object({
  id,
  from: z.string().min(1),
  to: z.string().min(1),
  text: z.string().default(''),
  mediaUrls: z.array(z.string()).default([]),
  optOut: z.enum(['STOP', 'START', 'HELP']).optional(),
});

/** Of a gateway that has no look-up, or not that message. */
const notFound = [404, 405, 501];

export interface HttpGatewayOptions {
  /** From the write of the request to the whole answer, milliseconds. */
  responseTimeoutMs: number;
  /** Without it every host may be asked: for use on one machine only. */
  hosts: HostRule | undefined;
}

/**
 * Any sender that speaks the contract of docs/using/http-gateway.md: JSON, signed in both directions as Standard Webhooks
 * are, and nothing sent twice under one reference.
 */
export class HttpGatewayProvider implements SmsProvider {
  readonly name = 'http-gateway';
  readonly capabilities: Capabilities = { canList: false, isIdempotent: true, hasMessagingServices: false, limitsValidity: true };
  readonly accountFields: Record<string, AccountField>;
  private readonly transport: Transport;

  constructor(private readonly options: HttpGatewayOptions) {
    const { responseTimeoutMs, hosts } = options;
    this.transport = new Transport({ responseTimeoutMs, ...(hosts && { lookup: hosts.lookup }) });
    this.accountFields = {
      account: { keptAs: 'accountSid', schema: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"') },
      secret: {
        keptAs: 'authToken',
        schema: z.string().refine(isSecret, 'must be whsec_ and 24 to 64 bytes in base64: make one with openssl rand -base64 32'),
      },
      url: { keptAs: 'setting', schema: gatewayUrl(hosts) },
    };
  }

  async send(account: Account, request: SendRequest, beforeWrite: () => Promise<boolean>, isInTime: () => boolean): Promise<SendOutcome> {
    const body = {
      reference: request.reference,
      account: account.accountSid,
      to: request.to,
      from: request.from,
      text: request.body,
      mediaUrls: request.mediaUrls,
      validitySeconds: request.validitySeconds,
      statusCallbackUrl: request.statusCallback,
    };
    try {
      const asked = this.requestOf(account, 'POST', '/messages', request.reference, JSON.stringify(body));
      return classifyAnswer(await this.transport.request(asked, beforeWrite, isInTime), {
        vendor: 'the gateway',
        codes: gatewayErrors,
        readAccepted: (text) => parseJson(accepted, text),
        readError: (text) => errorOf(parseJson(refusal, text)?.error) ?? undefined,
      });
    } catch (failure) {
      return classifyFailure(failure);
    }
  }

  async fetchMessage(account: Account, providerMessageId: string): Promise<ProviderMessage | undefined> {
    const path = `/messages/${encodeURIComponent(providerMessageId)}`;
    const ask = async () => this.transport.request(this.requestOf(account, 'GET', path, providerMessageId, ''));
    const found = await askAboutMessage('the gateway', ask, { notFound, read: (body) => parseJson(message, body) });
    if (!found) return undefined;
    const { text, createdAt, error: reason, ...rest } = found;
    return { ...rest, body: text, createdAtMs: Date.parse(createdAt), error: errorOf(reason) };
  }

  listMessages(): Promise<ProviderMessage[]> {
    return Promise.reject(new ProviderUnavailable('a gateway has no list of messages'));
  }

  verifyCallback(account: Account, callback: CallbackRequest): boolean {
    return isSigned(callback, account.authToken);
  }

  readCallback(body: string): CallbackFields | undefined {
    return parseJson(z.record(z.string(), z.unknown()), body);
  }

  parseStatusCallback(fields: CallbackFields): StatusCallback | undefined {
    const report = statusReport.safeParse(fields).data;
    if (!report) return undefined;
    const known = statuses.find((word) => word === report.status);
    return { providerMessageId: report.id, status: known, providerStatus: report.status, error: errorOf(report.error) };
  }

  parseInbound(fields: CallbackFields): InboundCallback | undefined {
    const came = inbound.safeParse(fields).data;
    if (!came) return undefined;
    const { id: providerMessageId, from, to, text, mediaUrls, optOut } = came;
    return { providerMessageId, from, to, body: text, mediaUrls: mediaUrls.slice(0, mediaUrlsMax), optOutType: optOut };
  }

  close(): void {
    this.transport.close();
  }

  /** Throws where the account's URL can't be asked: nothing was sent then. */
  private requestOf(account: Account, method: string, path: string, signedId: string, body: string): TransportRequest {
    const url = gatewayUrl(this.options.hosts).safeParse(account.settings.url);
    if (!url.success) throw new TransportError(false, `the gateway's URL ${url.error.issues[0]?.message}`);
    return {
      method,
      url: new URL(url.data.replace(/\/+$/, '') + path),
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...signedHeaders(account.authToken, signedId, Date.now(), body),
      },
      body,
    };
  }
}

/** A gateway's error in the codes of the contract; its own code is kept in the words. */
function errorOf(given: { code: string; message?: string | undefined } | null | undefined): { code: string; message: string } | null {
  if (!given) return null;
  const code = gatewayCodeOf(given.code);
  const words = given.message ?? '';
  return { code, message: code === given.code ? words : [given.code, words].filter(Boolean).join(': ').slice(0, 200) };
}
