import type { Advance } from '../domain/advance.js';
import { afterError } from '../domain/afterError.js';
import { errorClassOf } from '../domain/errorCodes.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { statusesThatYieldTo } from '../domain/messageStatus.js';
import { policyFor } from '../domain/policyFor.js';
import type { Again } from '../domain/submission.js';
import type { Statement } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { Advanced } from './advance.js';
import type { Readable } from './contents.js';
import type { MessageStore } from './messageStore.js';
import { sealedContactOf } from './messages.js';

export interface AdvancedAfterError {
  /** Undefined where there is no such message. */
  advanced: Advanced | undefined;
  /** Set where the message is queued again: its workflow must hear of it. */
  again: Again | null;
}

const failuresStatement: Statement = {
  name: 'failures_of_message',
  text: `
  select m.valid_until, clock_timestamp() as now, m.workspace_id, m.contact_id, c.contents as contact_contents, c.phone_number, array(
    select a.error_code from send_attempt a
    where a.workspace_id = $1 and a.created_at = $4 and a.message_id = $2
      and a.status in ('failed', 'undelivered') and a.attempt <> $3 and a.error_code is not null) as codes
  from message m join contact c on c.workspace_id = m.workspace_id and c.id = m.contact_id
  where m.workspace_id = $1 and m.id = $2 and m.created_at = $4`,
};

interface FailuresRow extends Record<string, unknown> {
  valid_until: Date | null;
  now: Date;
  workspace_id: string;
  contact_id: string;
  contact_contents: Buffer | null;
  phone_number: string | null;
  codes: string[];
}

/**
 * Applies news that may be a failure. Where the catalogue sends the message once more, the attempt ends as the news say
 * and the message goes back to `queued`, with the error, or is scheduled where it came in quiet hours; else the error ends the message. A message whose workflow has
 * closed without proof ends in any case: nobody is there to send it.
 */
export async function advanceAfterError(
  services: Readable & { store: MessageStore; logger: Logger },
  news: Advance,
  overrides: ErrorPolicyOverrides,
): Promise<AdvancedAfterError> {
  const { store, logger } = services;
  const { error, messageStatus, workspaceId, messageId, attempt } = news;
  if (!error || (messageStatus !== 'failed' && messageStatus !== 'undelivered'))
    return { advanced: await store.advance(news), again: null };

  const { class: errorClass, retry, notify } = policyFor(error.code, overrides);
  let again = retry ? await againAfter(services, news, error.code, overrides) : null;
  let advanced: Advanced | undefined;
  if (again) {
    const from = statusesThatYieldTo(messageStatus).filter((status) => !['queued', 'parked', 'unknown'].includes(status));
    advanced = await store.advance({ ...news, messageStatus: 'queued', from });
    if (!advanced?.moved) again = null;
    if (again?.waitingFor === 'quietHours') again = await putOff(store, news, again);
    if (advanced?.status === 'parked' || advanced?.status === 'unknown') {
      const { receipt: _stored, ...rest } = news;
      advanced = await store.advance({ ...rest, attemptStatus: null, from: ['parked', 'unknown'] });
    }
  } else advanced = await store.advance(news);

  if (advanced?.moved && notify !== 'nobody') {
    const about = { event: 'message.error' as const, workspaceId, messageId, attempt, code: error.code, class: errorClass, notify };
    logger[notify === 'operator' ? 'error' : 'warn']({ ...about, ...(again && { againInMs: again.waitMs }) });
  }
  return { advanced, again };
}

/** Schedules a message that is queued again, with a validity that grows by the wait. */
async function putOff(store: MessageStore, { workspaceId, messageId, createdAtMs }: Advance, again: Again): Promise<Again> {
  const deferred = await store.defer({ workspaceId, messageId, createdAtMs }, Date.now() + again.waitMs);
  return deferred?.deferral ? { ...again, deferral: deferred.deferral } : again;
}

async function againAfter(
  { database, contents }: Readable,
  news: Advance,
  code: string,
  overrides: ErrorPolicyOverrides,
): Promise<Again | null> {
  const { workspaceId, messageId, createdAtMs, attempt } = news;
  const values = [workspaceId, messageId, attempt, new Date(createdAtMs)];
  const [message] = await database.forWorkspace<FailuresRow>(workspaceId, failuresStatement, values);
  if (!message?.valid_until) return null;
  const [contact] = await contents.open([sealedContactOf(message)]);
  const to = contact?.phoneNumber ?? message.phone_number;
  // Of a contact that was erased: nobody is left to write to.
  if (to === null) return null;
  const errorClass = errorClassOf(code);
  const failures = 1 + message.codes.filter((earlier) => errorClassOf(earlier) === errorClass).length;
  // By the database's clock, as everywhere where it is said whether a message is of use: that of a process may be wrong.
  const [nowMs, validUntilMs] = [message.now.getTime(), message.valid_until.getTime()];
  return afterError({ code, to, failures, nowMs, validUntilMs }, overrides, Math.random());
}
