import { setTimeout as delay } from 'node:timers/promises';
import { isClosed, type MessageStatus } from '../../domain/messageStatus.js';
import type { Canaries } from '../../load/canaries.js';
import { HttpClient } from '../../load/httpClient.js';
import type { SimulatorLedger } from '../../load/simulatorLedger.js';
import type { Target } from './target.js';

/** How the API says that a message stands. */
export interface Outcome {
  status: MessageStatus;
  error: { code: string; message: string } | null;
  /** When it came into this state, epoch milliseconds. */
  updatedAtMs: number;
}

interface Followed {
  id: string;
  workspace: number;
  lookAtMs: number;
  pauseMs: number;
}

const roundMs = 100;
const looksAtOnce = 8;
const firstPauseMs = 150;
const pauseMaxMs = 5_000;
/** A message that the provider has not ended by then is asked for all the same: it may have failed before it got there. */
const lookAnywayAfterMs = 10_000;

/**
 * Learns how messages end. The simulator's ledger, read for all at once, says which have ended there; those alone are
 * asked for at the API, so that the usual message costs one request. Sockets would cost more: each message has a
 * conversation of its own, and a socket hears only those that it opened.
 */
export class Follower {
  /** By number of the message. */
  readonly outcomes = new Map<number, Outcome>();
  private readonly open = new Map<number, Followed>();
  private readonly client: HttpClient;
  private readonly numberOfSid = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly target: Target,
    private readonly ledger: SimulatorLedger,
    private readonly canaries: Canaries,
    private position: { entries: number; finals: number },
  ) {
    this.client = new HttpClient(target.url, looksAtOnce);
  }

  add(n: number, id: string, workspace: number): void {
    this.open.set(n, { id, workspace, lookAtMs: Date.now() + lookAnywayAfterMs, pauseMs: firstPauseMs });
  }

  get waiting(): number {
    return this.open.size;
  }

  stop(): void {
    this.stopped = true;
  }

  /** Looks until it is stopped. */
  async run(): Promise<void> {
    while (!this.stopped) {
      await this.readLedger().catch(() => undefined);
      const due = [...this.open].filter(([, { lookAtMs }]) => lookAtMs <= Date.now());
      await Promise.all(
        Array.from({ length: looksAtOnce }, async () => {
          for (let next = due.pop(); next && !this.stopped; next = due.pop()) await this.look(...next);
        }),
      );
      await delay(roundMs);
    }
    this.client.close();
  }

  private async readLedger(): Promise<void> {
    const entries = await this.ledger.entriesAfter(this.position.entries);
    this.position.entries += entries.length;
    for (const { sid, body } of entries) {
      const n = this.canaries.numberIn(body);
      if (n !== undefined) this.numberOfSid.set(sid, n);
    }
    const finals = await this.ledger.finalsAfter(this.position.finals);
    this.position.finals += finals.length;
    for (const { sid } of finals) {
      const followed = this.open.get(this.numberOfSid.get(sid) ?? -1);
      if (followed) followed.lookAtMs = Math.min(followed.lookAtMs, Date.now() + firstPauseMs);
    }
  }

  private async look(n: number, followed: Followed): Promise<void> {
    const apiKey = this.target.workspaces[followed.workspace]?.apiKey ?? '';
    try {
      const answer = await this.client.request({
        method: 'GET',
        path: `/v1/messages/${followed.id}`,
        headers: { authorization: `Bearer ${apiKey}` },
      });
      if (answer.status === 200) {
        const { status, error, updatedAt } = JSON.parse(answer.body) as {
          status: MessageStatus;
          error: Outcome['error'];
          updatedAt: string;
        };
        if (isClosed(status)) {
          this.outcomes.set(n, { status, error, updatedAtMs: Date.parse(updatedAt) });
          this.open.delete(n);
          return;
        }
      }
    } catch {
      // A server that is away is asked again.
    }
    followed.pauseMs = Math.min(pauseMaxMs, followed.pauseMs * 2);
    followed.lookAtMs = Date.now() + followed.pauseMs;
  }
}
