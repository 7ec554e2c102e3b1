import { randomUUID } from 'node:crypto';
import type { LifeStep } from './actions.js';
import type { Dialects } from './dialect.js';
import type { StoredMessage } from './ledgerEntries.js';
import type { Timers } from './timers.js';
import type { WebhookClient } from './webhookClient.js';

const retryDelayMs = 500;

/** Sends status callbacks, tries again what failed, and holds them all while paused. */
export class CallbackSender {
  readonly counts = { delivered: 0, retried: 0, failed: 0 };
  private isPaused = false;
  private held: (() => void)[] = [];

  /** @param retries how often a callback is tried again after no answer or an answer other than 2xx */
  constructor(
    private readonly client: WebhookClient,
    private readonly dialects: Dialects,
    private readonly timers: Timers,
    private readonly retries: number,
  ) {}

  /** Tells one status. Resolves after the first try, whatever came of it, or at once when callbacks are paused. */
  async send(message: StoredMessage, step: LifeStep): Promise<void> {
    if (message.entry.statusCallback === null) return;
    if (this.isPaused) this.held.push(() => void this.attempt(message, step, randomUUID(), this.retries));
    else await this.attempt(message, step, randomUUID(), this.retries);
  }

  pause(): void {
    this.isPaused = true;
  }

  /** @returns how many held callbacks were released, oldest first */
  resume(): number {
    this.isPaused = false;
    const released = this.held.splice(0);
    for (const send of released) send();
    return released.length;
  }

  /** Drops what is held, and leaves the pause as it is. */
  dropHeld(): void {
    this.held = [];
  }

  state(): { paused: boolean; held: number } {
    return { paused: this.isPaused, held: this.held.length };
  }

  private async attempt(message: StoredMessage, step: LifeStep, idempotencyToken: string, retriesLeft: number): Promise<void> {
    const { entry } = message;
    const atMs = Date.now();
    const webhook = this.dialects[entry.vendor ?? 'twilio'].statusWebhook(message, step, atMs, idempotencyToken);
    if (!webhook) return;
    const result = await this.client.post(webhook).catch((error: Error & { code?: string }) => error.code ?? error.message);
    message.callbacks.push({ status: step.status, atMs, result });
    if (typeof result === 'number' && result >= 200 && result < 300) {
      this.counts.delivered += 1;
    } else if (retriesLeft > 0) {
      this.counts.retried += 1;
      this.timers.after(retryDelayMs, () => void this.attempt(message, step, idempotencyToken, retriesLeft - 1));
    } else {
      this.counts.failed += 1;
    }
  }
}
