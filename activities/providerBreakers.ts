import {
  answered,
  type Breaker,
  type BreakerRef,
  type BreakerScope,
  type BreakerSettings,
  claimed,
  failed,
  probeFailed,
  probeReleased,
  probeSucceeded,
} from '../domain/breaker.js';
import { breakerOf } from '../domain/ways.js';
import { wallClock } from '../platform/checkedClock.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { SendOutcome } from '../providers/provider.js';
import { changeBreaker } from '../storage/breakers.js';
import type { MessageStore } from '../storage/messageStore.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import type { Workspace } from '../storage/workspaces.js';
import { verdictOf, wordsOf } from './verdictOf.js';

/** One send: whose it is, and what it goes through. */
export interface Passage {
  workspaceId: string;
  messageId: string;
  provider: string;
  senderId: string;
  /** Breakers that are half open for this very message. */
  probes: readonly BreakerRef[];
}

type Change = 'failed' | 'answered' | 'tried' | 'released' | 'opened' | 'opened again' | 'closed';

/** The breakers that a send goes through. */
export function breakersOn(provider: string, senderId: string): BreakerRef[] {
  return [
    { scope: 'account', subject: provider },
    { scope: 'sender', subject: senderId },
  ];
}

/**
 * Opens and closes breakers by what sends come to. Postgres has them, so that all processes count together and one message
 * tries, wherever it is. A send that succeeds while all is well changes nothing and asks nobody.
 */
export class ProviderBreakers {
  constructor(
    private readonly services: {
      database: Database;
      store: Pick<MessageStore, 'notify'>;
      workspaces: WorkspaceDirectory;
      telemetry: Telemetry;
      logger: Logger;
    },
    private readonly settings: BreakerSettings,
  ) {}

  /** Makes the message the one that tries each of these breakers. False where another is, or the database can't say. */
  async claim(workspaceId: string, messageId: string, due: readonly BreakerRef[]): Promise<boolean> {
    const got: BreakerRef[] = [];
    for (const ref of due) {
      if (!(await this.change(workspaceId, ref, 'tried', (breaker) => claimed(breaker, messageId, wallClock.now())))) {
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
      await this.change(workspaceId, ref, 'released', (breaker) => probeReleased(breaker, messageId, wallClock.now()));
    }
  }

  /** What a send came to. Never rejects: no send may fail for this. */
  async settle(workspace: Workspace, passage: Passage, outcome: SendOutcome): Promise<void> {
    const { blames } = verdictOf(outcome);
    for (const ref of breakersOn(passage.provider, passage.senderId)) {
      const isProbe = passage.probes.some(({ scope, subject }) => scope === ref.scope && subject === ref.subject);
      if (blames === ref.scope) await this.fails(passage, ref, isProbe, wordsOf(outcome));
      else if (saysNothingOf(ref.scope, blames)) await this.release({ ...passage, probes: isProbe ? [ref] : [] });
      else await this.answers(workspace, passage, ref, isProbe);
    }
  }

  private async fails({ workspaceId, messageId }: Passage, ref: BreakerRef, isProbe: boolean, reason: string): Promise<void> {
    if (isProbe) {
      await this.change(workspaceId, ref, 'opened again', (one) => probeFailed(one, messageId, reason, this.settings, wallClock.now()));
    } else await this.change(workspaceId, ref, 'failed', (one) => failed(one, reason, this.settings, wallClock.now()));
  }

  private async answers(workspace: Workspace, { messageId }: Passage, ref: BreakerRef, isProbe: boolean): Promise<void> {
    if (isProbe) await this.change(workspace.id, ref, 'closed', (breaker) => probeSucceeded(breaker, messageId, wallClock.now()));
    else if ((breakerOf(workspace, ref.scope, ref.subject)?.failures ?? 0) > 0)
      await this.change(workspace.id, ref, 'answered', (breaker) => answered(breaker, wallClock.now()));
  }

  private async change(workspaceId: string, ref: BreakerRef, change: Change, how: (breaker: Breaker) => Breaker | null): Promise<boolean> {
    const { database, workspaces, logger } = this.services;
    try {
      const { breaker, changed } = await changeBreaker(database, workspaceId, ref, how);
      // Whatever this process believed is out of date.
      workspaces.forget(workspaceId);
      if (changed) await this.note(workspaceId, breaker, change === 'failed' && breaker.state === 'open' ? 'opened' : change);
      return changed;
    } catch (error) {
      logger.warn({ event: 'breaker.not_changed', workspaceId, ...ref, change, error: String(error) });
      return false;
    }
  }

  private async note(workspaceId: string, { scope, subject, reason }: Breaker, change: Change): Promise<void> {
    if (change === 'failed' || change === 'answered') return;
    const { store, telemetry, logger } = this.services;
    telemetry.count('breaker_changes_total', { scope, change });
    const about = { event: 'breaker.changed' as const, workspaceId, scope, subject, change, reason };
    if (change === 'opened') {
      logger.error({ ...about, notify: 'operator' });
      const what = scope === 'account' ? `the account at ${subject}` : 'one sender';
      const summary = `Nothing is sent by ${what} for now, but to try: ${reason}`;
      await store.notify({ workspaceId, kind: 'breaker.opened', subject: `${scope}/${subject}`, summary, details: { scope, subject } });
    } else if (change === 'opened again') logger.warn(about);
    else logger.info(about);
  }
}

/** Where the account fails, nothing is known of the sender. */
function saysNothingOf(scope: BreakerScope, blames: BreakerScope | null): boolean {
  return scope === 'sender' && blames === 'account';
}
