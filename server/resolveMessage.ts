import { Problem } from '../domain/errors.js';
import { candidateLeadMs } from '../domain/limits.js';
import { isProved } from '../domain/messageStatus.js';
import { adopt } from '../lives/askWhatBecame.js';
import type { ProviderMessage } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { type ByHand, noteAudit } from '../storage/audit.js';
import { readMessage, type StoredMessage } from '../storage/messages.js';
import { ownerOfReference } from '../storage/providerReferences.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import { accountAt, type ProviderAccount } from '../storage/workspaces.js';
import { type MessageView, viewOf } from './messageView.js';
import { askedProvider } from './retryMessage.js';
import type { Services } from './services.js';
import { isRepeat, storedRef, viewOfStored } from './storedMessage.js';

const resolvable: readonly string[] = ['parked', 'unknown', 'uncertain'];

/**
 * Says which message of the provider a message in doubt is, which is checked there: it takes the provider's state. One that
 * is resolved so already is answered the same. Throws Problem: `not_found`, `not_possible_now`, `provider_message_unknown`,
 * `provider_unavailable`, `unavailable`.
 */
export async function resolveMessage(
  services: Services,
  workspaceId: string,
  messageId: string,
  { sentAs, ...byHand }: ByHand & { sentAs: string },
): Promise<MessageView> {
  const ref = await storedRef(services, workspaceId, messageId);
  const message = await readMessage(services, ref);
  if (!message) throw new Problem('not_found', 'this workspace has no message with that id');
  const isSo = (one: StoredMessage) => one.providerMessageId === sentAs && isProved(one.status);
  if (isSo(message) || (await isRepeat(services, ref, byHand, ['message.resolved']))) return viewOf(message);
  refuseUnlessInDoubt(message);
  const workspace = await services.workspaces.get(workspaceId);
  // The newest attempt is the one in doubt; its provider has the message, if any.
  const attempt = (await attemptsOfMessage(services.database, workspaceId, messageId)).at(-1);
  const account = attempt && accountAt(workspace, attempt.provider);
  if (!account) {
    const detail = `the workspace has no account at ${attempt?.provider ?? 'any provider'} any more`;
    throw new Problem('not_possible_now', detail, { messageStatus: message.status });
  }
  const found = await sought(services, message, account, sentAs);
  await adopt(services, ref, { attempt, found, evidence: `resolved by hand as ${sentAs}, by ${byHand.actor}` }, workspace);
  const after = await viewOfStored(services, ref);
  if (after.providerMessageId !== sentAs)
    throw new Problem('not_possible_now', `something else came first: the message is ${after.status} now`, { messageStatus: after.status });
  const details = { before: { status: message.status }, after: { status: after.status, providerMessageId: sentAs } };
  await noteAudit(services.database, ref, 'message.resolved', byHand, details);
  return after;
}

function refuseUnlessInDoubt({ status, attempt }: StoredMessage): void {
  if (!resolvable.includes(status)) {
    const detail = `the message is ${status}: only one that is ${resolvable.join(', ')} can be resolved by hand`;
    throw new Problem('not_possible_now', detail, { messageStatus: status });
  }
  if (attempt === 0) {
    const detail = 'nothing of this message was ever handed to the provider: retry or cancel it instead';
    throw new Problem('not_possible_now', detail, { messageStatus: status });
  }
}

/** The provider's message of that id, which must be one to this recipient, of this time, and nobody else's. */
async function sought(
  { providers, database }: Services,
  message: StoredMessage,
  account: ProviderAccount,
  sentAs: string,
): Promise<ProviderMessage> {
  const found = await askedProvider(() => providerNamed(providers, account.provider).fetchMessage(account, sentAs));
  if (!found) throw wrong(`${account.provider} knows no message ${sentAs} of this account: check the id`);
  if (found.to !== message.to) throw wrong(`${sentAs} went to another number than this message`);
  if (found.createdAtMs < message.createdAt.getTime() - candidateLeadMs) throw wrong(`${sentAs} is older than this message`);
  const owner = await ownerOfReference(database, message.workspaceId, account.provider, sentAs);
  if (owner !== undefined && owner !== message.id) throw wrong(`${sentAs} belongs to message ${owner}`);
  return found;
}

function wrong(message: string): Problem {
  return new Problem('provider_message_unknown', message, { errors: [{ field: 'providerMessageId', message }] });
}
