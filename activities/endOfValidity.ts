import type { MessageError } from '../domain/message.js';
import { mayHaveArrived } from '../domain/messageStatus.js';
import type { Database } from '../platform/database.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';

/** The message whose validity is over, and how often it was tried. */
interface Ending {
  workspaceId: string;
  messageId: string;
  attempt: number;
}

/**
 * How a message ends whose validity is over while it waits to be sent. `expired` says that nobody got it: where an attempt
 * was given up in doubt, or turned out to have been taken, it is parked instead.
 */
export async function endOfValidity(
  database: Database,
  { workspaceId, messageId, attempt }: Ending,
): Promise<{ status: 'expired' | 'parked'; error: MessageError }> {
  const attempts = attempt > 0 ? await attemptsOfMessage(database, workspaceId, messageId) : [];
  const doubted = attempts.find(({ status }) => mayHaveArrived(status));
  if (!doubted) return { status: 'expired', error: { code: 'expired', message: 'its validity was over before it could be sent' } };
  const { providerMessageId, evidence } = doubted;
  const found = providerMessageId === null ? (evidence ?? 'whether the provider took it is not known') : `was taken (${providerMessageId})`;
  return {
    status: 'parked',
    error: { code: 'outcome_unknown', message: `attempt ${doubted.attempt}: ${found}; its validity was over before it was sent once more` },
  };
}
