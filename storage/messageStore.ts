import type { Advance } from '../domain/advance.js';
import type { ErrorClass } from '../domain/errorCatalogue.js';
import { countedCodeOf, errorClassOf } from '../domain/errorCodes.js';
import type { MessageRef } from '../domain/ids.js';
import { recordLingerMs } from '../domain/limits.js';
import type { InboundMessage } from '../domain/message.js';
import { isClosed, type MessageStatus } from '../domain/messageStatus.js';
import { type Notice, noticeOfMessage } from '../domain/notifications.js';
import type { Database } from '../platform/database.js';
import type { EventBus } from '../platform/eventBus.js';
import type { Telemetry } from '../platform/telemetry.js';
import { type Advanced, advanceMessages } from './advance.js';
import type { ByHand } from './audit.js';
import { batched } from './batcher.js';
import { type ConsentChanged, type ConsentRequest, changeConsent } from './consentChange.js';
import type { Contents, Readable } from './contents.js';
import { type Deferred, deferMessage } from './deferMessage.js';
import { type NewInbound, receiveMessage, takeUpMessage } from './inboundMessages.js';
import type { StoredRef } from './messages.js';
import { cancelByHand, dismissByHand, type MovedByHand, parkByHand, type Retry, retryByHand } from './moveByHand.js';
import { raiseNotifications } from './notifications.js';
import { type MessageToPersist, type PersistedMessage, persistMessages } from './persistMessages.js';
import type { ProviderHealth } from './providerHealth.js';
import { type RecordedOutcome, recordOutcomes, reopenMessage } from './recordOutcomes.js';
import { refusedRecipient } from './refusedRecipient.js';

/** Errors of messages, in answers and in receipts, that say something of who was to carry them. */
const providersFault: ReadonlySet<ErrorClass> = new Set(['CONGESTION', 'AMBIGUOUS']);

const keyOf = ({ workspaceId, messageId }: { workspaceId: string; messageId: string }) => `${workspaceId}/${messageId}`;

/**
 * The writes of a message's life, one message a call. Calls made together travel in one statement, and whoever follows
 * the workspace's events hears of what changed.
 */
export class MessageStore {
  private readonly readable: Readable;
  private readonly persistOne: (message: MessageToPersist) => Promise<PersistedMessage>;
  private readonly advanceOne: (news: Advance) => Promise<Advanced | undefined>;
  private readonly recordOne: (message: StoredRef) => Promise<RecordedOutcome | undefined>;
  private readonly notifyOne: (notice: Notice) => Promise<void>;

  constructor(
    private readonly database: Database,
    private readonly bus: EventBus,
    private readonly telemetry: Telemetry,
    private readonly health: ProviderHealth,
    contents: Contents,
  ) {
    this.readable = { database, contents };
    this.persistOne = batched((messages: MessageToPersist[]) => persistMessages(this.readable, messages), {
      keyOf,
      // One statement after the other: what this process took up first is stored first, and can be waited for.
      concurrentMax: 1,
    });
    this.advanceOne = batched((news: Advance[]) => advanceMessages(this.readable, news), { keyOf });
    this.recordOne = batched((messages: StoredRef[]) => recordOutcomes(database, messages), { keyOf, lingerMs: recordLingerMs });
    let notices = 0;
    this.notifyOne = batched(
      async (all: Notice[]) => {
        await raiseNotifications(database, all);
        return all.map(() => undefined);
      },
      // A storm is one statement after the other on one row; equal ones go together.
      { keyOf: () => String(notices++), concurrentMax: 1 },
    );
  }

  /** Stores a message once; answers where it stands. */
  async persist(message: MessageToPersist): Promise<PersistedMessage> {
    const persisted = await this.persistOne(message);
    if (persisted.created) this.bus.ring(message.workspaceId);
    return persisted;
  }

  /** Applies news about a message; undefined where there is no such message. */
  async advance(news: Advance): Promise<Advanced | undefined> {
    if (news.error && errorClassOf(news.error.code) === 'CONSENT') await this.noteRefusal(news);
    const advanced = await this.advanceOne(news);
    if (advanced?.moved) {
      this.bus.ring(news.workspaceId);
      if (isClosed(advanced.status)) this.telemetry.count('messages_ended_total', { status: advanced.status });
      const notice = noticeOfMessage(news, advanced.status, news.error ?? null);
      if (notice) await this.notify(notice);
    }
    if (advanced?.attemptMoved && news.error) {
      const { code } = news.error;
      const errorClass = errorClassOf(code);
      this.telemetry.count('provider_errors_total', { class: errorClass, code: countedCodeOf(code) });
      if (providersFault.has(errorClass)) this.health.note(news.workspaceId, news.provider, false);
    }
    return advanced;
  }

  /** Cancels a message that is not on its way yet; answers its state then, undefined where there is no such message. */
  async cancel(message: StoredRef, byHand: ByHand): Promise<MessageStatus | undefined> {
    return (await this.movedByHand(message, cancelByHand(this.database, message, byHand), 'ends'))?.status;
  }

  /** Puts a message aside that is not with the provider as far as anybody knows; undefined where there is none. */
  park(message: StoredRef, byHand: ByHand): Promise<MovedByHand | undefined> {
    return this.movedByHand(message, parkByHand(this.database, message, byHand), 'ends');
  }

  /** Queues a message again that is in the state that was judged; undefined where there is none. */
  retry(message: StoredRef, retry: Retry, byHand: ByHand): Promise<MovedByHand | undefined> {
    return this.movedByHand(message, retryByHand(this.database, message, retry, byHand));
  }

  /** Takes a message out of the failed queue; undefined where there is none. */
  dismiss(message: StoredRef, byHand: ByHand): Promise<MovedByHand | undefined> {
    return this.movedByHand(message, dismissByHand(this.database, message, byHand));
  }

  /** Takes a message up again that the provider has and that counted as finished; answers whether it was one. */
  reopen(message: StoredRef): Promise<boolean> {
    return reopenMessage(this.database, message);
  }

  private async movedByHand(
    { workspaceId }: StoredRef,
    moving: Promise<MovedByHand | undefined>,
    ends?: 'ends',
  ): Promise<MovedByHand | undefined> {
    const moved = await moving;
    if (moved?.moved) {
      this.bus.ring(workspaceId);
      if (ends) this.telemetry.count('messages_ended_total', { status: moved.status });
    }
    return moved;
  }

  /** Puts a queued message off until a time, epoch milliseconds; undefined where there is no such message. */
  async defer(message: StoredRef, sendAtMs: number): Promise<Deferred | undefined> {
    const deferred = await deferMessage(this.database, message, sendAtMs);
    if (deferred?.moved) this.bus.ring(message.workspaceId);
    return deferred;
  }

  /** Stores a message that came in, with what it says of its sender's consent; undefined where it was brought before. */
  async receive(inbound: NewInbound): Promise<InboundMessage | undefined> {
    const received = await receiveMessage(this.readable, inbound);
    if (!received) return undefined;
    this.telemetry.count('messages_received_total', { consent: received.consent?.meaning ?? 'none' });
    await this.countStopped(inbound, received.consent?.stopped ?? 0);
    if (received.consent?.meaning === 'review') {
      const summary = 'Somebody may have asked not to be written to any more: a person has to decide.';
      const { workspaceId, messageId } = inbound;
      await this.notify({ workspaceId, kind: 'consent.review', subject: 'review', summary, details: { messageId } });
    }
    return received;
  }

  /** Puts a message that came in into its conversation, once. */
  async takeUp(message: InboundMessage): Promise<void> {
    if (await takeUpMessage(this.readable, message)) this.bus.ring(message.workspaceId);
  }

  /** Changes somebody's consent, and takes out of the queue what may not leave any more. */
  async changeConsent(request: ConsentRequest): Promise<ConsentChanged> {
    const changed = await changeConsent(this.readable, request);
    await this.countStopped({ workspaceId: request.workspaceId, messageId: request.messageId ?? '' }, changed.stopped);
    return changed;
  }

  /** The provider knows of an opt-out that we do not. Written before the news, so that it is not lost with this process. */
  private async noteRefusal(news: Advance): Promise<void> {
    const recipient = await refusedRecipient(this.readable, news);
    if (!recipient) return;
    const { workspaceId, messageId } = news;
    const change = { meaning: 'stop', topic: 'all' } as const;
    const grounds = { source: 'provider', actor: news.provider, evidence: news.error?.code ?? '', messageId } as const;
    await this.changeConsent({ workspaceId, ...recipient, change, ...grounds });
  }

  private async countStopped(cause: MessageRef, stopped: number): Promise<void> {
    if (stopped === 0) return;
    this.bus.ring(cause.workspaceId);
    const notice = noticeOfMessage(cause, 'failed', { code: 'opted_out', message: '' });
    if (notice) await this.notify({ ...notice, count: stopped });
    this.telemetry.count('messages_opted_out_total', { by: 'list' }, stopped);
    this.telemetry.count('messages_ended_total', { status: 'failed' }, stopped);
  }

  /**
   * Tells people of something: in a notification of its own, or counted in the one that is open about the same. Never rejects:
   * whatever it tells of has happened, and is stored already.
   */
  async notify(notice: Notice): Promise<void> {
    const { kind, workspaceId } = notice;
    try {
      await this.notifyOne(notice);
      this.telemetry.count('notifications_total', { kind }, notice.count ?? 1);
      this.changed(workspaceId);
    } catch {
      this.telemetry.count('notifications_lost_total', { kind }, notice.count ?? 1);
    }
  }

  /** Says to whoever watches that something of a workspace has changed. */
  changed(workspaceId: string): void {
    this.bus.ring(workspaceId);
  }

  /** Marks a message as finished and answers its final state; undefined where it is gone. */
  async record(message: StoredRef): Promise<RecordedOutcome | undefined> {
    return this.recordOne(message);
  }
}
