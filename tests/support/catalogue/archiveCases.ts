import { type ArchivedFile, weekOf, weekStartMs } from '../../../domain/archive.js';
import { removalBatchMax } from '../../../domain/archiveLimits.js';
import { abandonParked } from '../../../storage/abandonParked.js';
import { Archive } from '../../../storage/archive/archive.js';
import * as weeks from '../../../storage/archive/archiveWeeks.js';
import { coldColumns, coldRows } from '../../../storage/archive/coldRows.js';
import { attachRestored, isAttached, loadRows, remakeTable } from '../../../storage/archive/restoredRows.js';
import { sourceOf } from '../../../storage/archive/weekSource.js';
import { removeContentsOfWeek, removeKeptContents, removeNextContents } from '../../../storage/contentRemoval.js';
import { databaseNowMs } from '../../../storage/databaseClock.js';
import { eventsFromRows, eventsOfMessage } from '../../../storage/messageEvents.js';
import { MessageHistory } from '../../../storage/messageHistory.js';
import { coldMessagesOfConversation, messagesFromRows, readMessage } from '../../../storage/messages.js';
import { receiptsFromRows, receiptsOfMessage } from '../../../storage/receipts.js';
import { removeOldest, retentions } from '../../../storage/retention.js';
import { attemptsFromRows, attemptsOfMessage } from '../../../storage/sendAttempts.js';
import type { Case } from './cases.js';
import { contentDays } from './world.js';

/** A week that nobody has anything of: what is done with it leaves the world as it is. */
const week = '1999-W01';
const span = weekOf(week) as { startMs: number; endMs: number };
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const whileLocked = (work: () => Promise<unknown>) => work();
const file: ArchivedFile = {
  table: 'message',
  key: 'k',
  rows: 0,
  bytes: 0,
  sha256: 's',
  columns: [],
  times: null,
  footerStart: 0,
  footerSha256: 's',
  groups: [],
  workspaces: {},
};
/** What the database says to what can not be done to such a week. */
const refused = (work: Promise<unknown>) => work.catch((error: unknown) => String(error));

/** Reading what is old, for one workspace. */
export const oldMessageCases: Record<string, Case> = {
  'archive/archiveWeeks.coldWeeks': ({ database, workspaceId, owner }) =>
    weeks.coldWeeks(database, workspaceId, { from: new Date(0), to: new Date(), conversationId: owner.contactId }),
  'archive/archiveWeeks.weeksOfArchive': ({ database, workspaceId }) => weeks.weeksOfArchive(database, workspaceId),
  'messageHistory.MessageHistory': async ({ database, contents, workspaceId, owner, take }) => {
    const history = new MessageHistory({ database, contents }, new Archive(undefined));
    const message = await history.find(workspaceId, take('delivered').messageId);
    const before = { at: new Date(), id: last };
    return [
      await history.page({ workspaceId, conversationId: owner.contactId }, before, 50),
      message && (await history.eventsOf(message)),
      message && (await history.attemptsOf(message)),
      // As they are read while a week is on its way, or restored.
      message &&
        (await readMessage(
          { database, contents },
          { workspaceId, messageId: message.id, createdAtMs: message.createdAt.getTime() },
          'cold',
        )),
      message && (await eventsOfMessage(database, workspaceId, message.id, 'cold')),
      message && (await attemptsOfMessage(database, workspaceId, message.id, 'cold')),
      message && (await history.receiptsOf(message)),
      message && (await receiptsOfMessage(database, workspaceId, message.id, 'cold')),
    ];
  },
  'messages.coldMessagesOfConversation': ({ database, contents, workspaceId, owner }) =>
    coldMessagesOfConversation({ database, contents }, workspaceId, owner.contactId, { at: new Date(), id: last }, 50),
  'messages.messagesFromRows': ({ database, contents, workspaceId, owner, take }) => {
    const { messageId, createdAtMs } = take('delivered');
    const at = new Date(createdAtMs).toISOString();
    const row = { workspace_id: owner.id, id: messageId, contact_id: owner.contactId, sender_id: owner.senderId, created_at: at };
    return messagesFromRows({ database, contents }, workspaceId, [
      JSON.stringify({ ...row, direction: 'outbound', status: 'delivered', updated_at: at }),
    ]);
  },
  'messageEvents.eventsFromRows': ({ database, workspaceId, owner, take }) => {
    const { messageId, createdAtMs } = take('delivered');
    const row = { workspace_id: owner.id, message_id: messageId, seq: 1, prev_seq: 0, created_at: new Date(createdAtMs).toISOString() };
    return eventsFromRows(database, workspaceId, messageId, [JSON.stringify(row)]);
  },
  'receipts.receiptsFromRows': ({ database, workspaceId, owner, take }) => {
    const { messageId } = take('delivered');
    const row = { workspace_id: owner.id, message_id: messageId, id: messageId, received_at: '2026-01-01', attempt: 1, status: 'sent' };
    return receiptsFromRows(database, workspaceId, messageId, [JSON.stringify({ ...row, provider_message_id: 'SM1' })]);
  },
  'sendAttempts.attemptsFromRows': ({ database, workspaceId, owner, take }) => {
    const { messageId, createdAtMs } = take('delivered');
    const row = { workspace_id: owner.id, message_id: messageId, attempt: 1, created_at: new Date(createdAtMs).toISOString() };
    return attemptsFromRows(database, workspaceId, messageId, [JSON.stringify(row)]);
  },
};

/** What the archive does, for all. */
export const archiveCases: Record<string, Case> = {
  'archive/archiveWeeks.allWeeks': ({ database }) => weeks.allWeeks(database),
  'archive/archiveWeeks.findWeek': ({ database }) => weeks.findWeek(database, week),
  'archive/archiveWeeks.hotWeeks': ({ database }) => weeks.hotWeeks(database),
  'archive/archiveWeeks.weeksToDrop': ({ database }) => weeks.weeksToDrop(database),
  'archive/archiveWeeks.notEnded': ({ database }) => weeks.notEnded(database, span),
  'archive/archiveWeeks.holdWeek': ({ database }) => weeks.holdWeek(database, week, span.startMs, span.endMs, { queued: 1 }),
  'archive/archiveWeeks.boundWeek': ({ database }) => weeks.boundWeek(database, 'message', span.startMs, 1_000, whileLocked),
  'archive/archiveWeeks.beginDetach': ({ database }) => weeks.beginDetach(database, week, span.startMs, span.endMs),
  'archive/archiveWeeks.detachTable': ({ database }) => weeks.detachTable(database, 'message', span.startMs),
  'archive/archiveWeeks.cancelDetach': ({ database }) => weeks.cancelDetach(database, week, { queued: 1 }),
  'archive/archiveWeeks.noteTrouble': ({ database }) => weeks.noteTrouble(database, week, 'none'),
  'archive/archiveWeeks.noteFile': ({ database }) => weeks.noteFile(database, week, 1, file),
  'archive/archiveWeeks.writtenFiles': ({ database }) => weeks.writtenFiles(database, week, 1),
  'archive/archiveWeeks.noteProved': ({ database }) => weeks.noteProved(database, week, 1, file),
  'archive/archiveWeeks.publishWeek': ({ database }) =>
    weeks.publishWeek(database, week, 1, { key: 'k', sha256: 's', rows: 0, bytes: 0, files: 4 }),
  'archive/archiveWeeks.moveWeek': ({ database }) => weeks.moveWeek(database, week, 'restored', 'archived'),
  'archive/archiveWeeks.dropTable': ({ database }) => weeks.dropTable(database, 'message', span.startMs),
  'archive/archiveWeeks.forgetKeys': ({ database, newId }) => weeks.forgetKeys(database, span, [newId()], 1_000),
  'archive/archiveWeeks.forgetUnproved': ({ database }) => weeks.forgetUnproved(database, week, 1),
  'archive/archiveWeeks.forgetFiles': ({ database }) => weeks.forgetFiles(database, week, 1),
  'archive/archiveWeeks.forgetOlderFiles': ({ database }) => weeks.forgetOlderFiles(database, week),
  'archive/coldRows.coldColumns': ({ database }) => coldColumns(database, 'message'),
  'archive/coldRows.coldRows': async ({ database }) => {
    for await (const rows of coldRows(database, 'message', span, [{ name: 'workspace_id', kind: 'uuid' }])) return rows;
    return [];
  },
  'archive/restoredRows.isAttached': ({ database }) => isAttached(database, 'message', span.startMs),
  'archive/restoredRows.remakeTable': ({ database }) => refused(remakeTable(database, 'message', span.startMs)),
  'archive/restoredRows.loadRows': ({ database }) => refused(loadRows(database, 'message', span.startMs, [], [[]])),
  'archive/restoredRows.attachRestored': ({ database }) => attachRestored(database, 'message', span.startMs),
  'archive/weekSource.sourceOf': ({ database }) =>
    refused(sourceOf(database, undefined as never, { week: '1998-W01', table: 'message', remove: [] })),
  'databaseClock.databaseNowMs': ({ database }) => databaseNowMs(database),
  'retention.retentions': ({ database }) => retentions(database),
  'retention.removeOldest': ({ database, workspaceId }) => removeOldest(database, { workspaceId, messageDays: 3_000 }, 500),
  'contentRemoval.removeNextContents': ({ database, workspaceId }) =>
    removeNextContents(database, { workspaceId, contentDays }, removalBatchMax),
  'contentRemoval.removeContentsOfWeek': ({ database, workspaceId, world }) => {
    const startMs = weekStartMs(Date.now() - (world.weeks - 1) * 7 * 86_400_000);
    return removeContentsOfWeek(database, { workspaceId, contentDays }, { startMs, endMs: startMs + 7 * 86_400_000 }, removalBatchMax);
  },
  'contentRemoval.removeKeptContents': ({ database, workspaceId }) =>
    removeKeptContents(database, { workspaceId, contentDays }, removalBatchMax),
  // The last of all: it ends those that wait for a person.
  'abandonParked.abandonParked': ({ database }) => abandonParked(database, new Date()),
};
