import type { ConsentSource, SuppressionState, Topic } from '../domain/consent.js';
import type { Database, Statement } from '../platform/database.js';

/** A number that a workspace may not write to, or not about one topic. */
export interface Suppression {
  id: string;
  phoneNumber: string;
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
  phone_number: string;
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

const columns = 'id, phone_number, topic, state, source, evidence, actor, message_id, stopped, created_at, updated_at';

function toSuppression({
  phone_number: phoneNumber,
  message_id: messageId,
  created_at: createdAt,
  updated_at: updatedAt,
  ...row
}: SuppressionRow): Suppression {
  return { ...row, phoneNumber, messageId, createdAt, updatedAt };
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
  database: Database,
  workspaceId: string,
  state: SuppressionState | undefined,
  before: { at: Date; id: string },
  limit: number,
): Promise<Suppression[]> {
  const statement = state ? statements[state] : allStatement;
  return (await database.forWorkspace<SuppressionRow>(workspaceId, statement, [workspaceId, before.at, before.id, limit])).map(
    toSuppression,
  );
}

const findStatement: Statement = {
  name: 'find_suppression',
  text: `select ${columns} from suppression where workspace_id = $1 and phone_number = $2 and topic = $3`,
};

/** What a workspace has on its list about one number and topic; undefined where there is nothing. */
export async function findSuppression(
  database: Database,
  workspaceId: string,
  phoneNumber: string,
  topic: Topic,
): Promise<Suppression | undefined> {
  const [row] = await database.forWorkspace<SuppressionRow>(workspaceId, findStatement, [workspaceId, phoneNumber, topic]);
  return row && toSuppression(row);
}
