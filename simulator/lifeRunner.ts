import type { LifeStep } from './actions.js';
import type { CallbackSender } from './callbackSender.js';
import type { Ledger } from './ledger.js';
import type { StoredMessage } from './ledgerEntries.js';
import type { Life } from './life.js';
import type { Timers } from './timers.js';

/** Lets messages live: moves them through their statuses and tells of them. */
export class LifeRunner {
  constructor(
    private readonly ledger: Ledger,
    private readonly callbacks: CallbackSender,
    private readonly timers: Timers,
  ) {}

  /** Starts a message's life. Resolves at once, but for a life in a hurry: then after its last callback was answered. */
  async begin(message: StoredMessage, life: Life): Promise<void> {
    this.schedule(message, life.steps, life.hurry);
    for (const step of life.callbacks) {
      if (life.hurry) await this.callbacks.send(message, step);
      else this.timers.after(step.delayMs, () => void this.callbacks.send(message, step));
    }
  }

  /**
   * Goes on with the messages a former process left unfinished, in silence: their callbacks were lost with it, as they
   * sometimes are, and only the list and the fetch tell how they ended.
   *
   * @param usual the life of messages that no rule shaped
   */
  resumeSilently(usual: readonly LifeStep[]): void {
    for (const message of this.ledger.unfinished()) {
      const ageMs = Date.now() - message.entry.acceptedAtMs;
      const steps = message.entry.life ?? usual;
      this.schedule(
        message,
        steps.map((step) => ({ ...step, delayMs: Math.max(0, step.delayMs - ageMs) })),
        false,
      );
    }
  }

  private schedule(message: StoredMessage, steps: readonly LifeStep[], isAtOnce: boolean): void {
    let reached = -1;
    for (const [index, step] of steps.entries()) {
      const isLast = index === steps.length - 1;
      const reach = (): void => {
        // In a process that is late, timers of different lengths fire in any order; a life does not go back.
        if (index < reached) return;
        reached = index;
        this.ledger.setStatus(message, step.status, step.errorCode ?? null, Date.now(), isLast);
      };
      if (isAtOnce) reach();
      else this.timers.after(step.delayMs, reach);
    }
  }
}
