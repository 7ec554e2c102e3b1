import {
  type Breaker,
  type BreakerRef,
  claimed,
  type FailureRun,
  oneMoreFailure,
  opened,
  probeFailed,
  probeReleased,
  probeSucceeded,
} from '../domain/breaker.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { SendOutcome } from '../providers/provider.js';
import { changeBreaker } from '../storage/breakers.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import { verdictOf, wordsOf } from './verdictOf.js';

export interface BreakerSettings {
  /** Failures in a row that open a breaker. */
  failuresMax: number;
  /** How long it stays open at first, milliseconds. */
  openMs: number;
}

/** One send: whose it is, and what it goes through. */
export interface Passage {
  workspaceId: string;
  messageId: string;
  provider: string;
  senderId: string;
  /** Breakers that are half open for this very message. */
  probes: readonly BreakerRef[];
}

/** Beyond so many the oldest run of failures is forgotten. */
const runsMax = 10_000;

/**
 * Opens and closes breakers by what sends come to. Failures are counted by each process for itself, in memory; that a breaker
 * is open, and which message tries, is Postgres' to say.
 */
export class ProviderBreakers {
  private readonly runs = new Map<string, FailureRun>();

  constructor(
    private readonly services: { database: Database; workspaces: WorkspaceDirectory; telemetry: Telemetry; logger: Logger },
    private readonly settings: BreakerSettings,
  ) {}

  /** Makes the message the one that tries each of these breakers. False where another is, or the database can't say. */
  async claim(workspaceId: string, messageId: string, due: readonly BreakerRef[]): Promise<boolean> {
    const got: BreakerRef[] = [];
    for (const ref of due) {
      if (!(await this.change(workspaceId, ref, 'tried', (breaker) => claimed(breaker, messageId, Date.now())))) {
        await this.release({ workspaceId, messageId, probes: got });
        return false;
      }
      got.push(ref);
    }
    return true;
  }

  /** The message that was to try does not get to it: the next may. */
  async release({ workspaceId, messageId, probes }: Pick<Passage, 'workspaceId' | 'messageId' | 'probes'>): Promise<void> {
    for (const ref of probes) {
      await this.change(workspaceId, ref, 'released', (breaker) => probeReleased(breaker, messageId, Date.now()));
    }
  }

  /** What a send came to. True where it opened a breaker, or kept one open. Never rejects: no send may fail for this. */
  async settle(passage: Passage, outcome: SendOutcome): Promise<boolean> {
    const { workspaceId, provider, senderId } = passage;
    const account: BreakerRef = { scope: 'account', subject: provider };
    const sender: BreakerRef = { scope: 'sender', subject: senderId };
    const { blames } = verdictOf(outcome);
    const isProbe = (ref: BreakerRef) => passage.probes.some((one) => one.scope === ref.scope && one.subject === ref.subject);
    let opens = false;
    for (const ref of [account, sender]) {
      if (blames === ref.scope) opens = (await this.failed(passage, ref, isProbe(ref), wordsOf(outcome))) || opens;
      // Of a sender nothing is known where its account fails.
      else if (ref === sender && blames === 'account') {
        if (isProbe(ref)) await this.release({ ...passage, probes: [ref] });
      } else {
        this.runs.delete(keyOf(workspaceId, ref));
        if (isProbe(ref))
          await this.change(workspaceId, ref, 'closed', (breaker) => probeSucceeded(breaker, passage.messageId, Date.now()));
      }
    }
    return opens;
  }

  private async failed({ workspaceId, messageId }: Passage, ref: BreakerRef, isProbe: boolean, reason: string): Promise<boolean> {
    const { openMs, failuresMax } = this.settings;
    if (isProbe) {
      await this.change(workspaceId, ref, 'failed', (breaker) => probeFailed(breaker, messageId, reason, openMs, Date.now()));
      return true;
    }
    const key = keyOf(workspaceId, ref);
    const run = oneMoreFailure(this.runs.get(key), Date.now());
    this.runs.delete(key);
    this.runs.set(key, run);
    for (const oldest of this.runs.keys()) {
      if (this.runs.size <= runsMax) break;
      this.runs.delete(oldest);
    }
    if (run.failures < failuresMax) return false;
    this.runs.delete(key);
    return this.change(workspaceId, ref, 'opened', (breaker) => opened(breaker, reason, openMs, Date.now()));
  }

  private async change(
    workspaceId: string,
    ref: BreakerRef,
    change: 'opened' | 'tried' | 'failed' | 'released' | 'closed',
    how: (breaker: Breaker) => Breaker | null,
  ): Promise<boolean> {
    const { database, workspaces, telemetry, logger } = this.services;
    const about = { workspaceId, ...ref };
    try {
      const { breaker, changed } = await changeBreaker(database, workspaceId, ref, how);
      // Whatever this process believed is out of date.
      workspaces.forget(workspaceId);
      if (!changed) return false;
      telemetry.count('breaker_changes_total', { scope: ref.scope, change });
      const level = change === 'opened' ? 'error' : change === 'failed' ? 'warn' : 'info';
      logger[level]({ event: `breaker.${change}`, ...about, reason: breaker.reason, ...(change === 'opened' && { notify: 'operator' }) });
      return true;
    } catch (error) {
      logger.warn({ event: 'breaker.not_changed', ...about, change, error: String(error) });
      return false;
    }
  }
}

const keyOf = (workspaceId: string, { scope, subject }: BreakerRef) => `${workspaceId}/${scope}/${subject}`;
