import { errorSentenceOf } from '../domain/errorCodes.js';
import type { MessageError } from '../domain/message.js';
import { mayHaveArrived } from '../domain/messageStatus.js';
import type { Database } from '../platform/database.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';

/** The message that must not be sent any more, and how often it was tried. */
interface Ending {
  workspaceId: string;
  messageId: string;
  attempt: number;
}

/** Why a message that waits to be sent must not be sent any more. */
export type Unsent = 'expired' | 'optedOut';

const ends = {
  expired: { status: 'expired', code: 'expired', happened: 'its validity was over' },
  optedOut: { status: 'failed', code: 'opted_out', happened: 'its recipient opted out' },
} as const satisfies Record<Unsent, object>;

/**
 * How such a message ends. `expired` and `failed` say that nobody got it: where an attempt was given up in doubt, or turned
 * out to have been taken, it is parked instead.
 */
export async function unsentEnd(
  database: Database,
  { workspaceId, messageId, attempt }: Ending,
  why: Unsent,
): Promise<{ status: 'expired' | 'failed' | 'parked'; error: MessageError }> {
  const { status, code, happened } = ends[why];
  const attempts = attempt > 0 ? await attemptsOfMessage(database, workspaceId, messageId) : [];
  const doubted = attempts.find((one) => mayHaveArrived(one.status));
  if (!doubted) return { status, error: { code, message: errorSentenceOf(code) } };
  const { providerMessageId, evidence } = doubted;
  const found = providerMessageId === null ? (evidence ?? 'whether the provider took it is not known') : `was taken (${providerMessageId})`;
  return {
    status: 'parked',
    error: { code: 'outcome_unknown', message: `attempt ${doubted.attempt}: ${found}; ${happened} before it was sent once more` },
  };
}
