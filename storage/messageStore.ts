import type { Advance } from '../domain/advance.js';
import { countedCodeOf, errorClassOf } from '../domain/errorCodes.js';
import { recordLingerMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isClosed, type MessageStatus } from '../domain/messageStatus.js';
import type { Database } from '../platform/database.js';
import type { EventBus } from '../platform/eventBus.js';
import type { Telemetry } from '../platform/telemetry.js';
import { type Advanced, advanceMessages } from './advance.js';
import { batched } from './batcher.js';
import { cancelMessage } from './cancelMessage.js';
import { type Deferred, deferMessage } from './deferMessage.js';
import type { StoredRef } from './messages.js';
import { type PersistedMessage, persistMessages } from './persistMessages.js';
import { type RecordedOutcome, recordOutcomes } from './recordOutcomes.js';

const keyOf = ({ workspaceId, messageId }: { workspaceId: string; messageId: string }) => `${workspaceId}/${messageId}`;

/**
 * The writes of a message's life, one message a call. Calls made together travel in one statement, and whoever follows
 * the workspace's events hears of what changed.
 */
export class MessageStore {
  private readonly persistOne: (message: OutboundMessage) => Promise<PersistedMessage>;
  private readonly advanceOne: (news: Advance) => Promise<Advanced | undefined>;
  private readonly recordOne: (message: StoredRef) => Promise<RecordedOutcome | undefined>;

  constructor(
    private readonly database: Database,
    private readonly bus: EventBus,
    private readonly telemetry: Telemetry,
  ) {
    this.persistOne = batched((messages: OutboundMessage[]) => persistMessages(database, messages), {
      keyOf,
      // One statement after the other: what this process took up first is stored first, and can be waited for.
      concurrentMax: 1,
    });
    this.advanceOne = batched((news: Advance[]) => advanceMessages(database, news), { keyOf });
    this.recordOne = batched((messages: StoredRef[]) => recordOutcomes(database, messages), { keyOf, lingerMs: recordLingerMs });
  }

  /** Stores a message once; answers where it stands. */
  async persist(message: OutboundMessage): Promise<PersistedMessage> {
    const persisted = await this.persistOne(message);
    if (persisted.created) this.bus.ring(message.workspaceId);
    return persisted;
  }

  /** Applies news about a message; undefined where there is no such message. */
  async advance(news: Advance): Promise<Advanced | undefined> {
    const advanced = await this.advanceOne(news);
    if (advanced?.moved) {
      this.bus.ring(news.workspaceId);
      if (isClosed(advanced.status)) this.telemetry.count('messages_ended_total', { status: advanced.status });
    }
    if (advanced?.attemptMoved && news.error) {
      const { code } = news.error;
      this.telemetry.count('provider_errors_total', { class: errorClassOf(code), code: countedCodeOf(code) });
    }
    return advanced;
  }

  /** Cancels a message that is not on its way yet; answers its state then, undefined where there is no such message. */
  async cancel(message: StoredRef): Promise<MessageStatus | undefined> {
    const cancellation = await cancelMessage(this.database, message);
    if (cancellation?.moved) {
      this.bus.ring(message.workspaceId);
      this.telemetry.count('messages_ended_total', { status: cancellation.status });
    }
    return cancellation?.status;
  }

  /** Puts a queued message off until a time, epoch milliseconds; undefined where there is no such message. */
  async defer(message: StoredRef, sendAtMs: number): Promise<Deferred | undefined> {
    const deferred = await deferMessage(this.database, message, sendAtMs);
    if (deferred?.moved) this.bus.ring(message.workspaceId);
    return deferred;
  }

  /** Marks a message as finished and answers its final state; undefined where it is gone. */
  async record(message: StoredRef): Promise<RecordedOutcome | undefined> {
    return this.recordOne(message);
  }
}
