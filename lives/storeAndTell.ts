import type { Advance } from '../domain/advance.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { isTerminal } from '../domain/messageStatus.js';
import type { Advanced } from '../storage/advance.js';
import { advanceAfterError } from '../storage/advanceAfterError.js';
import type { Readable } from '../storage/contents.js';
import { type TellServices, tellOutcome } from './tellOutcome.js';

/**
 * Stores what a provider says of a message, then tells its workflow where it waits for that: an end, a proof after a doubt,
 * or that the message is to be sent once more. Answers what changed; undefined where there is no such message.
 */
export async function storeAndTell(
  services: TellServices & Readable,
  news: Advance,
  errorPolicy: ErrorPolicyOverrides,
): Promise<Advanced | undefined> {
  const { advanced, again } = await advanceAfterError(services, news, errorPolicy);
  if (!advanced?.moved) return advanced;
  const { status, previousStatus, providerMessageId } = advanced;
  if (!isTerminal(status) && previousStatus !== 'uncertain' && again === null) return advanced;
  const { workspaceId, messageId, createdAtMs, error = null } = news;
  const outcome = { status, providerMessageId, error, ...(again && { again }) };
  const answer = await tellOutcome(services, { workspaceId, messageId, createdAtMs }, outcome);
  if (again && answer === 'closed') {
    // Its workflow is gone: nobody would send it once more.
    const { receipt: _stored, ...ending } = news;
    await services.store.advance({ ...ending, attemptStatus: null, from: ['queued', 'scheduled'] });
  }
  return advanced;
}
