import http from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { providerAnswerBytesMax, providerConnectTimeoutMs, providerQueueTimeoutMs, providerSocketsMax } from '../domain/limits.js';

export interface TransportRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface TransportResponse {
  statusCode: number;
  body: string;
  headers: http.IncomingHttpHeaders;
}

/**
 * The request failed. `sent` says whether any byte of it may have left this process: where false the provider surely
 * knows nothing of it.
 */
export class TransportError extends Error {
  override name = 'TransportError';

  constructor(
    readonly sent: boolean,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${sent ? 'after' : 'before'} the request was written: ${reason}`, { cause });
  }
}

/** Servers close idle connections; we close them earlier, or a request written into a closing one would be in doubt. */
const idleSocketMs = 4_000;

export interface TransportOptions {
  /** From the write of the request to the whole answer, milliseconds. */
  responseTimeoutMs: number;
  /** Finds the addresses of a host; for URLs that others choose, it may refuse some. */
  lookup?: LookupFunction;
}

/**
 * HTTP to a provider, over connections that are kept. A request is written only after its connection is up and
 * `beforeWrite` agreed, and while `isInTime`, so that an earlier error proves that nothing was sent. No redirect is
 * followed.
 */
export class Transport {
  private readonly agents: Record<string, http.Agent>;

  constructor(private readonly options: TransportOptions) {
    const kept: https.AgentOptions = {
      keepAlive: true,
      maxSockets: providerSocketsMax,
      maxFreeSockets: providerSocketsMax,
      scheduling: 'lifo',
      timeout: idleSocketMs,
    };
    this.agents = { 'http:': new http.Agent(kept), 'https:': new https.Agent(kept) };
  }

  /** Throws TransportError. Any HTTP status is a response. */
  request(
    { method, url, headers, body }: TransportRequest,
    beforeWrite?: () => Promise<boolean>,
    isInTime?: () => boolean,
  ): Promise<TransportResponse> {
    const { responseTimeoutMs, lookup } = this.options;
    return new Promise((resolve, reject) => {
      let sent = false;
      let timer: NodeJS.Timeout | undefined;
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method,
        agent: this.agents[url.protocol],
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        ...(lookup && { lookup }),
      });
      const fail = (reason: string, cause?: unknown) => {
        clearTimeout(timer);
        reject(new TransportError(sent, reason, cause));
        request.destroy();
      };
      const limit = (milliseconds: number, reason: string) => {
        clearTimeout(timer);
        timer = setTimeout(() => fail(reason), milliseconds);
      };
      const write = async () => {
        clearTimeout(timer);
        if (request.destroyed) return;
        try {
          if (beforeWrite && !(await beforeWrite())) return fail('given up before the write');
        } catch (error) {
          return fail('given up before the write', error);
        }
        if (request.destroyed) return fail('the connection was lost while the attempt was recorded');
        if (isInTime && !isInTime()) return fail('the time for the write was over');
        sent = true;
        limit(responseTimeoutMs, `no answer within ${responseTimeoutMs} ms`);
        request.end(body);
      };
      limit(providerQueueTimeoutMs, `no free connection within ${providerQueueTimeoutMs} ms`);
      request.on('socket', (socket: Socket | TLSSocket) => {
        if (!socket.connecting) return void setImmediate(() => void write());
        limit(providerConnectTimeoutMs, `no connection within ${providerConnectTimeoutMs} ms`);
        socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => void write());
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > providerAnswerBytesMax) fail('the answer is too long');
        });
        response.on('error', (error) => fail(error.message, error));
        response.on('aborted', () => fail('the answer was cut off'));
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: response.headers });
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message, error));
      // request.end() is called in `write` alone: nothing leaves before.
    });
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }
}
