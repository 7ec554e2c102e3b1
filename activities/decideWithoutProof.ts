import { couldBe } from '../domain/couldBe.js';
import { mayHaveArrived } from '../domain/messageStatus.js';
import type { ReconcileInput, Reconciliation } from '../domain/submission.js';
import type { Look } from '../lives/lookForSend.js';
import { wallClock } from '../platform/checkedClock.js';
import type { ProviderMessage } from '../providers/provider.js';
import { ambiguousPolicy, attemptsOfMessage } from '../storage/sendAttempts.js';
import type { Dependencies } from './dependencies.js';

/**
 * Parks the message, or sends it once more where the workspace prefers that and nothing speaks against it. Undefined
 * where evidence came between the look and the decision: it holds.
 */
export async function decideWithoutProof(
  dependencies: Dependencies,
  input: ReconcileInput,
  look: Look,
): Promise<Reconciliation | undefined> {
  const { database, store } = dependencies;
  const { message, createdAtMs, check } = input;
  const { workspaceId, messageId } = message;
  const { own } = look;
  const { attempt } = own;
  const from = ['uncertain', 'dispatching'] as const;
  const about = { workspaceId, messageId, createdAtMs, attempt, provider: own.provider, from: [...from] };
  const why = own.evidence ?? 'it began to send and did not say how it ended';

  const reason = (await ambiguousPolicy(database, workspaceId)) === 'prefer-delivery' ? await objection(dependencies, input, look) : '';
  if (reason === undefined) {
    const decision = "to be sent once more by the workspace's policy";
    const moved = await store.advance({
      ...about,
      attemptStatus: 'abandoned',
      messageStatus: 'queued',
      error: { code: 'outcome_unknown', message: `attempt ${attempt}: ${why}; no proof was found, ${decision}` },
      evidence: `${why}; no proof after ${check} looks, ${decision}`,
    });
    return moved?.moved ? { kind: 'resend', attempt } : undefined;
  }
  const error = { code: 'outcome_unknown', message: reason || findings(look) };
  const evidence = `${why}; parked after ${check} looks: ${error.message}`;
  const moved = await store.advance({ ...about, attemptStatus: 'uncertain', messageStatus: 'parked', error, evidence });
  return moved?.moved ? { kind: 'parked', error } : undefined;
}

/** Why a second send would be wrong; undefined where nothing speaks against it. */
async function objection({ database }: Dependencies, { message }: ReconcileInput, look: Look): Promise<string | undefined> {
  const { candidates, altered } = suspects(look);
  if (look.unexplained === undefined || candidates.length > 0 || altered.length > 0) return findings(look);
  if (wallClock.now() >= message.validUntilMs) return `${findings(look)}; its validity is over, so it is not sent once more`;
  const attempts = await attemptsOfMessage(database, message.workspaceId, message.messageId);
  const earlier = attempts.find((one) => one.attempt < look.own.attempt && mayHaveArrived(one.status));
  if (!earlier) return undefined;
  const proof = earlier.providerMessageId === null ? 'is in doubt too' : `was taken after all (${earlier.providerMessageId})`;
  return `${findings(look)}; it had been sent once more already, and attempt ${earlier.attempt} ${proof}`;
}

/** What of the list could be this send: messages like it, and messages whose text nobody here has sent. */
function suspects({ own, doubts, unexplained = [] }: Look): { candidates: ProviderMessage[]; altered: ProviderMessage[] } {
  const near = unexplained.filter((one) => couldBe(own, one));
  return {
    candidates: near.filter(({ body }) => body === own.body),
    // A provider may shorten a text, or replace characters: it would be found under another text.
    altered: near.filter(({ body }) => !doubts.some((doubt) => doubt.body === body)),
  };
}

function findings(look: Look): string {
  const { candidates, altered } = suspects(look);
  const ids = (messages: ProviderMessage[]) => messages.map(({ id }) => id).join(', ');
  if (!look.canList) return 'whether the provider took it is not known: it reported nothing, and has no list to look in';
  if (look.unexplained === undefined) return 'whether the provider took it is not known, and its list could not be read';
  if (candidates.length > 0)
    return `the provider shows ${candidates.length} message(s) that could be one of ${look.twins} in doubt: ${ids(candidates)}`;
  if (altered.length > 0)
    return `the provider shows ${altered.length} message(s) to this number at this time with a text that was not sent so: ${ids(altered)}`;
  return 'whether the provider took it is not known, and its list does not show it';
}
