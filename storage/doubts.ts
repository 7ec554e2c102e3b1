import type { AttemptStatus } from '../domain/messageStatus.js';
import type { Statement } from '../platform/database.js';
import type { Readable } from './contents.js';
import { type StoredRef, sealedMessageOf } from './messages.js';

/** An attempt for which there is no proof yet, with what a provider's list would show of it. */
export interface DoubtfulAttempt {
  messageId: string;
  attempt: number;
  status: AttemptStatus;
  provider: string;
  startedAtMs: number;
  deadlineAtMs: number;
  /** Why it is in doubt, in words. */
  evidence: string | null;
  /** The number that it left from; null where the workspace has it no more. */
  from: string | null;
  /** Null where it was erased: no list can show it any more. */
  body: string | null;
}

/** What is stored about the sends to one number from one sender: which have no proof, and which ids are spoken for. */
export interface Doubts {
  /** Oldest first. */
  attempts: DoubtfulAttempt[];
  /** Those of the ids asked about that belong to a message of ours. */
  referenced: Set<string>;
}

// One statement, so that both are of one moment. Whatever of ours a list shows had its attempt's row before it left, and
// loses its doubt with the same commit that stores its id: read after the list, it is in one of the two.
export const doubtsStatement: Statement = {
  name: 'doubts',
  text: `
  with doubts as (
    select a.message_id, a.attempt, a.status, a.provider, a.started_at, a.deadline_at, a.evidence, a.contact_id, s.phone_number, encode(m.contents, 'base64') as contents,
      m.body
    from send_attempt a
    join message m on m.workspace_id = $1 and m.created_at = a.created_at and m.id = a.message_id
    left join sender s on s.workspace_id = $1 and s.id = a.sender_id
    where a.workspace_id = $1 and a.status in ('dispatching', 'uncertain', 'abandoned')
      -- Known before the statement begins to read: so the index leads to this contact's, not to all doubts of the workspace.
      and a.contact_id = (select contact_id from message where workspace_id = $1 and created_at = $2 and id = $3)
      and a.sender_id = (select sender_id from message where workspace_id = $1 and created_at = $2 and id = $3)
  )
  select
    array(select provider_message_id from provider_reference
      where workspace_id = $1 and provider = $4 and provider_message_id = any($5::text[])) as referenced,
    (select coalesce(jsonb_agg(d order by d.started_at, d.message_id, d.attempt), '[]') from doubts d) as attempts`,
};

interface DoubtRow {
  message_id: string;
  attempt: number;
  status: AttemptStatus;
  provider: string;
  started_at: string;
  deadline_at: string;
  evidence: string | null;
  contact_id: string;
  phone_number: string | null;
  /** Base64. */
  contents: string | null;
  body: string | null;
}

/** The doubts about everything that was sent from this message's sender to its contact, its own included. */
export async function doubtsAround(
  { database, contents }: Readable,
  message: StoredRef,
  listed: { provider: string; ids: string[] },
): Promise<Doubts> {
  const [row] = await database.forWorkspace<{ referenced: string[]; attempts: DoubtRow[] }>(message.workspaceId, doubtsStatement, [
    message.workspaceId,
    new Date(message.createdAtMs),
    message.messageId,
    listed.provider,
    listed.ids,
  ]);
  const rows = row?.attempts ?? [];
  const opened = await contents.open(
    rows.map(({ message_id: id, contact_id, contents: sealed }) =>
      sealedMessageOf({
        workspace_id: message.workspaceId,
        contact_id,
        id,
        contents: sealed === null ? null : Buffer.from(sealed, 'base64'),
      }),
    ),
  );
  const attempts = rows.map((one, place) => ({
    messageId: one.message_id,
    attempt: one.attempt,
    status: one.status,
    provider: one.provider,
    startedAtMs: Date.parse(one.started_at),
    deadlineAtMs: Date.parse(one.deadline_at),
    evidence: one.evidence,
    from: one.phone_number,
    body: opened[place]?.body ?? one.body,
  }));
  return { attempts, referenced: new Set(row?.referenced) };
}
