import type { ConsentSource, SuppressionState, Topic } from '../domain/consent.js';
import { isUuid } from '../domain/ids.js';
import type { Statement } from '../platform/database.js';
import type { Contents, Readable } from './contents.js';

/** A number that a workspace may not write to, or not about one topic. */
export interface Suppression {
  id: string;
  /** Null where the contact was erased: its hash is kept, so that it is not written to. */
  phoneNumber: string | null;
  /** Null in entries of before there were keys. */
  contactId: string | null;
  topic: Topic;
  state: SuppressionState;
  source: ConsentSource;
  /** The words or the code that it rests on, or the reason that was given. */
  evidence: string;
  actor: string;
  /** The message that said so: one that came in, or one that the provider refused. */
  messageId: string | null;
  /** Messages that were taken out of the queue when it was made, or made again. */
  stopped: number;
  createdAt: Date;
  updatedAt: Date;
}

interface SuppressionRow extends Record<string, unknown> {
  id: string;
  workspace_id: string;
  /** The contact's id, or in rows of before the number itself. */
  phone_number: string;
  contents: Buffer | null;
  topic: Topic;
  state: SuppressionState;
  source: ConsentSource;
  evidence: string;
  actor: string;
  message_id: string | null;
  stopped: number;
  created_at: Date;
  updated_at: Date;
}

const columns =
  'workspace_id, id, phone_number, contents, topic, state, source, evidence, actor, message_id, stopped, created_at, updated_at';

async function opened(contents: Contents, rows: SuppressionRow[]): Promise<Suppression[]> {
  const numbers = await contents.open(
    rows.map(({ workspace_id: workspaceId, phone_number: id, contents: sealed }) =>
      sealed ? { kind: 'suppression' as const, workspaceId, contactId: id, id, sealed } : null,
    ),
  );
  return rows.map(
    (
      {
        workspace_id: _workspaceId,
        contents: _sealed,
        phone_number: who,
        message_id: messageId,
        created_at: createdAt,
        updated_at: updatedAt,
        ...row
      },
      place,
    ) => {
      const contactId = isUuid(who) ? who : null;
      return { ...row, contactId, phoneNumber: numbers[place]?.phoneNumber ?? (contactId ? null : who), messageId, createdAt, updatedAt };
    },
  );
}

// The workspace is named although row-level security does so too: that also shows what holds for all workspaces.
const page = 'workspace_id = $1 and (created_at, id) < ($2, $3)';
const order = 'order by created_at desc, id desc limit $4';
const allStatement: Statement = { name: 'suppressions', text: `select ${columns} from suppression where ${page} ${order}` };
const reviewStatement: Statement = {
  name: 'suppressions_in_review',
  text: `select ${columns} from suppression where ${page} and state = 'review' ${order}`,
};
const activeStatement: Statement = {
  name: 'suppressions_active',
  text: `select ${columns} from suppression where ${page} and state = 'active' ${order}`,
};
const statements: Record<SuppressionState, Statement> = { review: reviewStatement, active: activeStatement };

/** A workspace's suppressions, or those in one state, made before a point in time, newest first, at most `limit`. */
export async function listSuppressions(
  { database, contents }: Readable,
  workspaceId: string,
  state: SuppressionState | undefined,
  before: { at: Date; id: string },
  limit: number,
): Promise<Suppression[]> {
  const statement = state ? statements[state] : allStatement;
  const values = [workspaceId, before.at, before.id, limit];
  return opened(contents, await database.forWorkspace<SuppressionRow>(workspaceId, statement, values));
}

const findStatement: Statement = {
  name: 'find_suppression',
  text: `select ${columns} from suppression where workspace_id = $1 and phone_number in ($2, $3) and topic = $4`,
};

/** What a workspace has on its list about one number and topic; undefined where there is nothing. */
export async function findSuppression(
  { database, contents }: Readable,
  workspaceId: string,
  { phoneNumber, contactId }: { phoneNumber: string; contactId: string },
  topic: Topic,
): Promise<Suppression | undefined> {
  const rows = await database.forWorkspace<SuppressionRow>(workspaceId, findStatement, [workspaceId, phoneNumber, contactId, topic]);
  return (await opened(contents, rows))[0];
}
