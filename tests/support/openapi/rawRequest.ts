import http from 'node:http';
import type { SeenAnswer } from './contract.js';

/** A request that is sent as it stands: path, headers and body are not put right by anybody. */
export interface RawRequest {
  method: string;
  target: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** Sends it. An answer that comes before the whole body is sent counts, whatever becomes of the rest. */
export function rawRequest(url: string, { method, target, headers, body }: RawRequest): Promise<SeenAnswer & { text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: target, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const done = () => {
        const text = Buffer.concat(chunks).toString();
        const answered = new Headers(Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]));
        const isJson = /json/.test(answered.get('content-type') ?? '');
        resolve({ status: response.statusCode ?? 0, headers: answered, body: isJson ? JSON.parse(text) : text, text });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', done);
      response.on('error', done);
    });
    request.on('error', reject);
    request.end(body);
  });
}
