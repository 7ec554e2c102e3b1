/**
 * Requests to URLs that somebody else has chosen. They must not reach what is inside: a name is resolved once, every address
 * it has must be public, and the connection goes to exactly those. Redirects are not followed, time and answer are bounded.
 */
import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { webhookAnswerBytesMax, webhookRequestsConcurrentMax, webhookTimeoutMs } from '../domain/limits.js';
import { isPublicAddress } from './publicAddress.js';
import { lookupBy, type Resolve, resolveByDns } from './publicHosts.js';

/** `public`: https to public addresses. `any`: http and inner addresses too, for a machine of one's own. */
export const httpTargets = ['public', 'any'] as const;
export type HttpTargets = (typeof httpTargets)[number];

/** A URL that requests are not sent to; the message says why, and what to do. */
export class RefusedUrl extends Error {
  override name = 'RefusedUrl';
}

/** Ports below this one belong to services of other kinds; of them only that of https may be used. */
const firstUnprivilegedPort = 1_024;
const connectionsKeptMs = 15_000;

const inside = (address: string) => `leads to ${address}, which is no address of the public internet: use a host that everybody can reach`;
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

export class PublicHttp {
  private readonly agents: { 'http:': http.Agent; 'https:': https.Agent };

  constructor(
    private readonly targets: HttpTargets,
    private readonly resolve: Resolve = resolveByDns,
  ) {
    // A host that is an address is not looked up: `parse` has seen it.
    const lookup = lookupBy((hostname) => this.addressesOf(hostname));
    const options = { keepAlive: true, timeout: connectionsKeptMs, maxSockets: webhookRequestsConcurrentMax, lookup };
    this.agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  /** The origin of a URL that requests may be sent to, as far as the URL itself says: its name is not looked up. Throws RefusedUrl. */
  originOf(text: string): string {
    return this.parse(text).origin;
  }

  /** Looks at a URL before it is kept, its name included. Throws RefusedUrl. */
  async check(text: string): Promise<void> {
    const url = this.parse(text);
    if (this.targets === 'any' || isIP(hostOf(url))) return;
    await this.addressesOf(url.hostname);
  }

  /**
   * Posts a body and answers the status; the rest of the answer is thrown away. Rejects with RefusedUrl, or where there was no
   * answer in time.
   */
  async post(text: string, headers: Record<string, string>, body: string, signal?: AbortSignal): Promise<number> {
    const url = this.parse(text);
    const late = AbortSignal.timeout(webhookTimeoutMs);
    const options = { method: 'POST', headers, signal: signal ? AbortSignal.any([late, signal]) : late };
    try {
      return await this.request(url, options, body);
    } catch (error) {
      throw late.aborted ? new Error(`no answer within ${webhookTimeoutMs / 1_000} s`) : error;
    }
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private request(url: URL, options: http.RequestOptions, body: string): Promise<number> {
    const { protocol } = url;
    const { request: start } = protocol === 'http:' ? http : https;
    return new Promise((resolve, reject) => {
      const request = start(url, { ...options, agent: this.agents[protocol as 'http:' | 'https:'] });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A connection that was kept, and that the other side has closed in this moment: nothing of this was read.
        if (request.reusedSocket && error.code === 'ECONNRESET') this.request(url, options, body).then(resolve, reject);
        else reject(error);
      });
      request.on('response', (response) => {
        const status = response.statusCode ?? 0;
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= webhookAnswerBytesMax) return;
          resolve(status);
          response.destroy();
        });
        response.on('end', () => resolve(status));
        response.on('error', reject);
      });
      request.end(body);
    });
  }

  private parse(text: string): URL {
    if (!URL.canParse(text)) throw new RefusedUrl('is not a URL: use one such as https://hooks.example.com/postrider');
    const url = new URL(text);
    const { protocol, username, password, port } = url;
    if (username || password) throw new RefusedUrl('has a name or a password in it: leave it out, and check the signature instead');
    const isOpen = this.targets === 'any';
    if (protocol !== 'https:' && !(isOpen && protocol === 'http:')) throw new RefusedUrl('must begin with https://');
    if (isOpen) return url;
    if (port !== '' && Number(port) < firstUnprivilegedPort)
      throw new RefusedUrl(`names port ${port}: use 443, or one from ${firstUnprivilegedPort} on`);
    const host = hostOf(url);
    if (isIP(host) && !isPublicAddress(host)) throw new RefusedUrl(inside(host));
    return url;
  }

  private async addressesOf(hostname: string): Promise<LookupAddress[]> {
    const found = await this.resolve(hostname).catch((error: NodeJS.ErrnoException) => {
      throw new RefusedUrl(`names a host that can not be resolved (${error.code ?? error.message}): check its spelling`);
    });
    // One that leads inside beside others is no mistake.
    const refused = this.targets === 'public' ? found.find(({ address }) => !isPublicAddress(address)) : undefined;
    if (refused) throw new RefusedUrl(inside(refused.address));
    return found;
  }
}
