import type { OutboundMessage } from '../domain/message.js';
import type { MessageStatus } from '../domain/messageStatus.js';
import { providerNamed } from '../providers/registry.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import { accountAt } from '../storage/workspaces.js';
import type { Dependencies } from './dependencies.js';
import { whileBeating } from './whileBeating.js';

/** Asks the provider once how a message stands whose receipts never came, and stores the answer. Answers its state. */
export function pollProvider(dependencies: Dependencies) {
  const { database, workspaces, providers } = dependencies;
  return (message: OutboundMessage): Promise<MessageStatus | null> => whileBeating(() => ask(message));

  async function ask(message: OutboundMessage): Promise<MessageStatus | null> {
    const newest = (await attemptsOfMessage(database, message.workspaceId, message.messageId)).at(-1);
    if (!newest?.providerMessageId) return null;
    const workspace = await workspaces.get(message.workspaceId);
    const account = accountAt(workspace, newest.provider);
    if (!account) return null;
    const found = await providerNamed(providers, newest.provider).fetchMessage(account, newest.providerMessageId);
    if (!found) return null;
    const news = {
      workspaceId: message.workspaceId,
      messageId: message.messageId,
      createdAtMs: newest.createdAtMs,
      attempt: newest.attempt,
      provider: newest.provider,
      attemptStatus: found.status,
      messageStatus: found.status,
      providerMessageId: found.id,
      error: found.error,
      evidence: 'asked the provider, no receipt came in time',
    };
    const { advanced } = await advanceAfterError(dependencies, news, workspace.errorPolicy);
    return advanced?.status ?? null;
  }
}
