import http from 'node:http';
import https from 'node:https';

/** Twilio gives a webhook 15 seconds. */
const answerTimeoutMs = 15_000;
const socketsPerHostMax = 64;

/** A signed request to be posted to the product. */
export interface Webhook {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Posts webhooks over connections that are kept. Node's own client, because at a hundred messages a second the
 * callbacks are most of this process's work, and `fetch` costs about four times as much CPU for each.
 */
export class WebhookClient {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: socketsPerHostMax }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: socketsPerHostMax }),
  };

  private readonly underWay = new Set<http.ClientRequest>();
  private isClosed = false;

  /** Posts once and resolves with the HTTP status, or rejects when there was no answer. */
  async post(webhook: Webhook): Promise<number> {
    try {
      return await this.postOnce(webhook);
    } catch (error) {
      // A kept connection that the server closed in the same moment says nothing about the server, so it is no failed try.
      if (error instanceof StaleConnectionError) return await this.postOnce(webhook);
      throw error;
    }
  }

  /** Gives up what is under way, and refuses to post from now on. */
  close(): void {
    this.isClosed = true;
    for (const request of this.underWay) request.destroy();
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private postOnce({ url, headers, body }: Webhook): Promise<number> {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new Error('the simulator has stopped'));
      const request = (isSecure ? https : http).request(target, {
        method: 'POST',
        agent: this.agents[isSecure ? 'https:' : 'http:'],
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      });
      this.underWay.add(request);
      request.on('close', () => this.underWay.delete(request));
      request.setTimeout(answerTimeoutMs, () => request.destroy(new Error(`no answer within ${answerTimeoutMs / 1_000} s`)));
      request.on('response', (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnectionError(error.message) : error);
      });
      request.end(body);
    });
  }
}

class StaleConnectionError extends Error {}
