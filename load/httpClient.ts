import http from 'node:http';

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Without an answer within this time the request fails, milliseconds. */
  timeoutMs?: number;
}

const timeoutDefaultMs = 10_000;

/** HTTP over kept connections, by Node's own client: a load generator must not take the CPU that it measures. */
export class HttpClient {
  private readonly agent: http.Agent;
  private readonly host: string;
  private readonly port: number;

  constructor(baseUrl: string, connectionsMax: number) {
    const { protocol, hostname, port } = new URL(baseUrl);
    if (protocol !== 'http:') throw new Error(`${baseUrl} is not an http:// URL`);
    this.host = hostname;
    this.port = Number(port || 80);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connectionsMax, scheduling: 'fifo' });
  }

  /** Resolves with any answer; rejects where the connection fails or the time is over. */
  request({ method, path, headers = {}, body, timeoutMs = timeoutDefaultMs }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = http.request({ agent: this.agent, host: this.host, port: this.port, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
        response.once('error', reject);
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      request.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
