import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { providerConnectTimeoutMs, providerQueueTimeoutMs, providerSocketsMax } from '../../domain/limits.js';

type RequestOptions = Parameters<RequestClient['request']>[0];

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

/**
 * HTTP for the vendor's client, with two differences from the stock one: the origin is ours to choose, and a request
 * is written only after its connection is up and `beforeWrite` agreed, and while `isInTime`, so that an earlier error
 * proves that nothing was sent.
 */
export class Transport {
  private readonly base: URL;
  private readonly agent: http.Agent;

  constructor(
    baseUrl: string,
    private readonly responseTimeoutMs: number,
  ) {
    this.base = new URL(baseUrl);
    const { Agent } = this.base.protocol === 'https:' ? https : http;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: providerSocketsMax,
      maxFreeSockets: providerSocketsMax,
      scheduling: 'lifo',
      timeout: idleSocketMs,
    });
  }

  /** Throws TransportError. Any HTTP status is a response. */
  request(options: RequestOptions, beforeWrite?: () => Promise<boolean>, isInTime?: () => boolean): Promise<TransportResponse> {
    const target = this.targetOf(options);
    const body = options.data ? formOf(options.data).toString() : '';
    const headers: http.OutgoingHttpHeaders = {
      ...(options.headers as http.OutgoingHttpHeaders),
      'content-length': Buffer.byteLength(body),
    };
    if (options.username) headers.authorization = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`;

    return new Promise((resolve, reject) => {
      let sent = false;
      let timer: NodeJS.Timeout | undefined;
      const module = this.base.protocol === 'https:' ? https : http;
      const request = module.request(target, { method: options.method, agent: this.agent, headers });
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
        limit(this.responseTimeoutMs, `no answer within ${this.responseTimeoutMs} ms`);
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
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
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
    this.agent.destroy();
  }

  private targetOf(options: RequestOptions): URL {
    const asked = new URL(options.uri);
    const target = new URL(asked.pathname + asked.search, this.base);
    for (const [name, value] of formOf(options.params ?? {})) target.searchParams.append(name, value);
    return target;
  }
}

function formOf(data: object): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    for (const one of [value].flat()) form.append(name, one instanceof Date ? one.toISOString() : String(one));
  }
  return form;
}
