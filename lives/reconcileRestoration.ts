import type { Client } from '@temporalio/client';
import {
  restorationAskedAtOnce,
  restorationClaimMs,
  restorationLookEveryMs,
  restorationMarginMs,
  restorationPageSize,
} from '../domain/limits.js';
import { cancelableStatuses, isClosed, isProved, isTerminal, type MessageStatus } from '../domain/messageStatus.js';
import { isMessagingService } from '../domain/sender.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { ProviderMessage } from '../providers/provider.js';
import { type ProviderRegistry, providerNamed } from '../providers/registry.js';
import type { Readable } from '../storage/contents.js';
import { findKey } from '../storage/messageKeys.js';
import type { MessageStore } from '../storage/messageStore.js';
import { readMessage, type StoredMessage, type StoredRef } from '../storage/messages.js';
import { openMessagesStart } from '../storage/openMessages.js';
import { readOutboundMessages } from '../storage/outboundMessages.js';
import { claimRestoration, finishRestoration, giveBackRestoration, type Restoration } from '../storage/restoration.js';
import { knownReferences, type RestoredMessage, rememberAttempt, unsentMessages } from '../storage/restoredMessages.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import { accountAt } from '../storage/workspaces.js';
import { earlierRun, type RunRef, runsBetween, storedBefore, wasToldSince } from './earlierRun.js';

export interface ReconcileServices extends Readable {
  store: MessageStore;
  workspaces: WorkspaceDirectory;
  providers: ProviderRegistry;
  temporal: Client;
  logger: Logger;
  receiptGraceMs: number;
  /** So long a provider may hold a request of a process that is dead by now, milliseconds. */
  providerHoldMs: number;
}

/** What a reconciliation found; stored with the restore. */
export interface Reconciled {
  /** Runs of workflows that were asked. */
  runs: number;
  /** Messages that the backup did not have, stored anew as their workflows know them. */
  revived: number;
  /** Sends that the database did not know, and that are its own again: by their workflows, and by the provider's list. */
  adoptedByRun: number;
  adoptedByList: number;
  /** Messages that had ended otherwise: canceled, refused, expired. */
  ended: number;
  /** Messages that may have gone out, and of which nobody can say more. */
  parked: number;
  /** What a provider sent since the backup and no message is known for. */
  unexplained: number;
}

/**
 * After a restore every account is held, and here is found out what happened since the backup: Temporal's runs know what was
 * accepted and what became of it, and the providers' lists what else went out. What left is adopted, what had ended ends, what
 * may have left is parked where no list can say. Then the accounts are let go, and what remains leaves for the first time.
 */
export function restorationReconciler(services: ReconcileServices): Lookout {
  const { database, logger, providerHoldMs } = services;
  return new Lookout({
    look: async () => {
      const restoration = await claimRestoration(database, providerHoldMs, restorationClaimMs);
      if (!restoration) return false;
      logger.warn({ event: 'restore.reconciling', backupAt: new Date(restoration.backupAtMs).toISOString() });
      const found = await reconcile(services, restoration).catch(async (error: unknown) => {
        await giveBackRestoration(database, restoration);
        throw error;
      });
      await finishRestoration(database, restoration, found);
      logger.warn({ event: 'restore.reconciled', ...found });
      return true;
    },
    everyMs: restorationLookEveryMs,
    failed: (error) => logger.error({ event: 'restore.reconcile_failed', error: String(error) }),
  });
}

async function reconcile(services: ReconcileServices, restoration: Restoration): Promise<Reconciled> {
  const found: Reconciled = { runs: 0, revived: 0, adoptedByRun: 0, adoptedByList: 0, ended: 0, parked: 0, unexplained: 0 };
  await askRuns(services, restoration, found);
  await askProviders(services, restoration, found);
  return found;
}

/** The runs of before the restore tell of their messages. What has been started since knows no more than the database. */
async function askRuns(services: ReconcileServices, restoration: Restoration, found: Reconciled): Promise<void> {
  const runs = await runsBetween(services.temporal, restoration.backupAtMs - restorationMarginMs, restoration.restoredAtMs);
  found.runs = runs.length;
  for (let first = 0; first < runs.length; first += restorationAskedAtOnce)
    await Promise.all(runs.slice(first, first + restorationAskedAtOnce).map((ref) => askRun(services, restoration, ref, found)));
}

async function askRun(services: ReconcileServices, { backupAtMs }: Restoration, ref: RunRef, found: Reconciled): Promise<void> {
  const { workspaceId, messageId } = ref;
  const { database, store, temporal } = services;
  const run = await earlierRun(temporal, ref);
  let key: StoredRef | undefined = await findKey(database, workspaceId, messageId);
  if (!key) {
    const first = await storedBefore(temporal, ref);
    // One that was not stored before stores itself, and is nowhere but there.
    if (!first || (run?.isRunning && first.storedAtMs === undefined)) return;
    const { createdAtMs } = await store.persist(first);
    key = { workspaceId, messageId, createdAtMs };
    found.revived += 1;
  }
  const message = await readMessage(services, key);
  if (!message || !run?.seen) return;
  const { status, providerMessageId, error, attempt } = run.seen;
  if (providerMessageId) {
    if (await adopt(services, message, key, { status, id: providerMessageId, error, attempt }, 'its workflow knows it'))
      found.adoptedByRun += 1;
  } else if (!run.isRunning && isClosed(status) && status !== message.status) {
    const from: MessageStatus[] = ['scheduled', 'queued', 'dispatching'];
    const news = { ...key, attempt: message.attempt, provider: '', attemptStatus: null, messageStatus: status, from, error };
    if ((await store.advance(news))?.moved) found.ended += 1;
  } else if (run.isRunning && isCancelable(message.status) && (await wasToldSince(temporal, ref, backupAtMs))) {
    // Somebody canceled it, put it aside or let it go, and the run had not read its row yet: who knows what it said.
    const error = { code: 'outcome_unknown', message: 'somebody changed it between a backup and its restore' };
    const news = { ...key, attempt: message.attempt, provider: '', attemptStatus: null, messageStatus: 'parked' as const, error };
    if ((await store.advance({ ...news, from: [...cancelableStatuses] }))?.moved) found.parked += 1;
  }
}

const isCancelable = (status: MessageStatus) => (cancelableStatuses as readonly MessageStatus[]).includes(status);

/** A send as somebody else than the database knows it. */
type Send = Pick<ProviderMessage, 'id' | 'error'> & { status: MessageStatus; attempt?: number | undefined };

/** Gives a message the send that is known of it; false where it has it already. */
async function adopt(
  { database, store, workspaces }: Pick<ReconcileServices, 'database' | 'store' | 'workspaces'>,
  message: Pick<StoredMessage, 'providerMessageId' | 'status'> & { from?: string | null },
  ref: StoredRef,
  send: Send,
  evidence: string,
  provider?: string,
): Promise<boolean> {
  const isKnown = message.providerMessageId === send.id;
  if (isKnown && (message.status === send.status || !isTerminal(send.status))) return false;
  const { senders, accounts } = await workspaces.get(ref.workspaceId);
  const by = provider ?? senders.find(({ phoneNumber }) => phoneNumber === message.from)?.provider ?? accounts[0]?.provider ?? '';
  const attempt = await rememberAttempt(database, { ...ref, provider: by, attempt: send.attempt });
  if (attempt === undefined) return false;
  // A run may say what is ours alone: that it waits no longer, or did not hear. The provider has it at least.
  const status = isProved(send.status) ? send.status : 'accepted';
  const advanced = await store.advance({
    ...ref,
    attempt,
    provider: by,
    attemptStatus: status as 'accepted',
    messageStatus: status,
    providerMessageId: send.id,
    error: send.error,
    evidence: `found after a restore: ${evidence}`,
  });
  return advanced?.moved ?? false;
}

/** What is still not known to have left, and what the providers' lists show since the backup, are matched with each other. */
async function askProviders(services: ReconcileServices, restoration: Restoration, found: Reconciled): Promise<void> {
  const unsent = await allUnsent(services.database, restoration.restoredAtMs);
  const workspaceIds = [...new Set(unsent.map(({ workspaceId }) => workspaceId))];
  for (const workspaceId of workspaceIds) {
    const workspace = await services.workspaces.get(workspaceId);
    for (const { provider } of workspace.accounts) {
      const mine = unsent.filter((one) => {
        const sender = workspace.senders.find(({ id }) => id === one.senderId);
        return one.workspaceId === workspaceId && (sender?.provider ?? workspace.accounts[0]?.provider) === provider;
      });
      if (mine.length > 0) await askProvider(services, restoration, { workspaceId, provider, mine }, found);
    }
  }
}

async function allUnsent(database: Database, beforeMs: number): Promise<RestoredMessage[]> {
  const all: RestoredMessage[] = [];
  for (let cursor = openMessagesStart; ; ) {
    const page = await unsentMessages(database, beforeMs, cursor, restorationPageSize);
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < restorationPageSize) return all;
    cursor = last;
  }
}

async function askProvider(
  reconciling: ReconcileServices,
  { backupAtMs }: Restoration,
  { workspaceId, provider, mine }: { workspaceId: string; provider: string; mine: RestoredMessage[] },
  found: Reconciled,
): Promise<void> {
  const { database, store, providers, workspaces, logger, receiptGraceMs } = reconciling;
  const { canList, isIdempotent } = providerNamed(providers, provider).capabilities;
  // Sent again under the reference of before, it is not sent twice.
  if (isIdempotent) return;
  const account = accountAt(await workspaces.get(workspaceId), provider);
  if (!canList || !account) {
    const error = {
      code: 'outcome_unknown',
      message: `it may have been sent between a backup and its restore, and ${provider} has no list`,
    };
    const from: MessageStatus[] = ['scheduled', 'queued', 'dispatching', 'uncertain'];
    for (const { attempt, ...ref } of mine) {
      const news = { ...placeOf(ref), attempt, provider, attemptStatus: null, messageStatus: 'parked' as const, from, error };
      if ((await store.advance(news))?.moved) found.parked += 1;
    }
    return;
  }
  const texts = await readOutboundMessages(reconciling, mine, receiptGraceMs);
  const span = { fromMs: backupAtMs - restorationMarginMs, toMs: Date.now() };
  // Of a service the list shows the number that was chosen: each is asked for by itself.
  const services = new Set([...texts.values()].map(({ from }) => from).filter(isMessagingService));
  const port = providerNamed(providers, provider);
  const lists = [port.listMessages(account, span)];
  for (const from of services)
    lists.push(port.listMessages(account, { from, ...span }).then((all) => all.map((one) => ({ ...one, from }))));
  const listed = [...new Map((await Promise.all(lists)).flat().map((one) => [one.id, one])).values()];
  const known = await knownReferences(
    database,
    workspaceId,
    provider,
    listed.map(({ id }) => id),
  );
  const numbers = new Set((await workspaces.get(workspaceId)).senders.map(({ phoneNumber }) => phoneNumber));
  const unknown = listed.filter(({ id, from }) => !known.has(id) && numbers.has(from)).sort((a, b) => a.createdAtMs - b.createdAtMs);
  const order = (one: RestoredMessage) => texts.get(one.messageId)?.acceptedAtUs ?? one.createdAtMs * 1_000;
  // Equal texts to one number can't be told apart, and need not be: so many have left, and the others leave.
  for (const one of mine.toSorted((a, b) => order(a) - order(b))) {
    const text = texts.get(one.messageId);
    const place = unknown.findIndex(({ to, from, body }) => to === text?.to && from === text.from && body === text.body);
    if (place < 0 || !text) continue;
    const [send] = unknown.splice(place, 1) as [ProviderMessage];
    const message = { providerMessageId: null, status: one.status };
    if (await adopt(reconciling, message, placeOf(one), send, 'its list shows it', provider)) found.adoptedByList += 1;
  }
  found.unexplained += unknown.length;
  for (const { id } of unknown) logger.error({ event: 'restore.unexplained_send', workspaceId, provider, providerMessageId: id });
}

const placeOf = ({ workspaceId, messageId, createdAtMs }: StoredRef): StoredRef => ({ workspaceId, messageId, createdAtMs });
