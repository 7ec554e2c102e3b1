import { referenceAttempt } from '../domain/sendReference.js';
import { providerNamed } from '../providers/registry.js';
import type { StoredRef } from '../storage/messages.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/** The reference under which an attempt is sent: its own, or that of the attempt in doubt which it repeats. */
export async function sendReference(
  { database, providers }: Pick<Dependencies, 'database' | 'providers'>,
  { workspaceId, messageId }: Pick<StoredRef, 'workspaceId' | 'messageId'>,
  provider: string,
  attempt: number,
): Promise<string> {
  const mayRepeat = attempt > 1 && providerNamed(providers, provider).capabilities.isIdempotent;
  const attempts = mayRepeat ? await attemptsOfMessage(database, workspaceId, messageId) : [];
  return `${messageId}-${referenceAttempt(attempts, attempt, provider)}`;
}
