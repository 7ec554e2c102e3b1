import type { Advance } from '../domain/advance.js';
import { isTerminal, mayHaveArrived } from '../domain/messageStatus.js';
import { type ProviderMessage, ProviderUnavailable } from '../providers/provider.js';
import { type ProviderRegistry, providerNamed } from '../providers/registry.js';
import type { StoredMessage, StoredRef } from '../storage/messages.js';
import { attemptsOfMessage, type StoredAttempt } from '../storage/sendAttempts.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import { accountAt, type Workspace } from '../storage/workspaces.js';
import { lookForSend } from './lookForSend.js';
import { type StartServices, startAnew } from './startAnew.js';
import { storeAndTell } from './storeAndTell.js';
import type { TellServices } from './tellOutcome.js';

export interface AskServices extends TellServices, StartServices {
  workspaces: WorkspaceDirectory;
  providers: ProviderRegistry;
}

/**
 * Asks the provider about every attempt of a message that may have arrived: by its id, or in its list. What it says is
 * stored and told like a receipt. A message that it has and has not finished is followed again.
 *
 * @param why what the evidence says besides, such as who asked
 * @returns what the provider has of the message
 * @throws ProviderUnavailable
 */
export async function askWhatBecame(services: AskServices, message: StoredMessage, why: string): Promise<ProviderMessage[]> {
  const { database, workspaces } = services;
  const { workspaceId, id: messageId } = message;
  const workspace = await workspaces.get(workspaceId);
  const attempts = (await attemptsOfMessage(database, workspaceId, messageId)).filter(({ status }) => mayHaveArrived(status));
  const ref = { workspaceId, messageId, createdAtMs: message.createdAt.getTime() };
  const all: ProviderMessage[] = [];
  for (const attempt of attempts) {
    const found = await find(services, workspace, message, attempt);
    if (!found) continue;
    all.push(found);
    // That it was taken and nothing more was known before.
    if (message.status === 'unknown' && !isTerminal(found.status)) continue;
    await adopt(services, ref, { attempt, found, evidence: `the provider has it, ${why}` }, workspace);
  }
  return all;
}

async function find(
  services: AskServices,
  workspace: Workspace,
  message: StoredMessage,
  { attempt, provider, providerMessageId }: StoredAttempt,
): Promise<ProviderMessage | undefined> {
  const { workspaceId, id: messageId, to, from, body } = message;
  if (providerMessageId === null) {
    // Erased: nothing tells it from another.
    if (to === null || from === null || body === null) return undefined;
    const sought = { workspaceId, messageId, createdAtMs: message.createdAt.getTime(), to, from, body, accounts: workspace.accounts };
    return (await lookForSend(services, sought, (one) => one.attempt === attempt))?.match;
  }
  const account = accountAt(workspace, provider);
  if (!account) throw new ProviderUnavailable(`the workspace has no account at ${provider} any more`);
  return providerNamed(services.providers, provider).fetchMessage(account, providerMessageId);
}

/** Stores that the provider has one of a message's attempts, and follows the message where that is not its end. */
export async function adopt(
  services: AskServices,
  ref: StoredRef,
  { attempt, found, evidence }: { attempt: Pick<StoredAttempt, 'attempt' | 'provider'>; found: ProviderMessage; evidence: string },
  { errorPolicy }: Pick<Workspace, 'errorPolicy'>,
): Promise<void> {
  const news: Advance = {
    ...ref,
    attempt: attempt.attempt,
    provider: attempt.provider,
    attemptStatus: found.status,
    messageStatus: found.status,
    providerMessageId: found.id,
    error: found.error,
    evidence,
  };
  const advanced = await storeAndTell(services, news, errorPolicy);
  // Its workflow had closed without proof.
  const hadClosed = advanced?.previousStatus === 'parked' || advanced?.previousStatus === 'unknown';
  if (advanced?.moved && hadClosed && (await services.store.reopen(ref))) await startAnew(services, ref);
}
