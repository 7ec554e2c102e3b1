import { roleNames, scopesOfRole } from '../domain/roles.js';
import { allows } from '../domain/scopes.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditValues, type ByHand } from './audit.js';
import { type ConversationStatus, nameOfMember } from './conversations.js';

/** Who may be given a conversation: members who may answer in it. */
const answering = roleNames
  .filter((role) => allows(scopesOfRole[role], 'messages:send'))
  .map((role) => `'${role}'`)
  .join(', ');

const assigneesStatement: Statement = {
  name: 'assignees_of_workspace',
  text: `select p.id, ${nameOfMember} as name from membership a join person p on p.id = a.person_id
    where a.workspace_id = $1 and a.role in (${answering}) and p.disabled_at is null order by name, p.id`,
};

/** Who may be given a conversation of a workspace, by name. */
export function listAssignees(database: Database, workspaceId: string): Promise<{ id: string; name: string }[]> {
  return database.forWorkspace(workspaceId, assigneesStatement, [workspaceId]);
}

/** What of a conversation is to be changed. */
export interface ConversationChange {
  status?: ConversationStatus | undefined;
  /** Null: nobody's. */
  assigneeId?: string | null | undefined;
  /** Whose it must be until now, where that is said: who comes second takes nothing away unseen. */
  ifAssigneeId?: string | null | undefined;
}

const change = (action: string, id: number, details: string, when: string) => `
    insert into audit_event (workspace_id, id, actor, action, details)
    select $1::uuid, $${id}::uuid, $9::text, '${action}', $10::jsonb || jsonb_build_object('conversationId', m.id) || ${details}
    from moved m join locked l on l.id = m.id where ${when}`;

const changeStatement: Statement = {
  name: 'change_conversation',
  text: `
  with locked as (
    select c.id, c.assignee_id, c.closed_at from contact c
    where c.workspace_id = $1 and c.id = $2 and c.last_message_at is not null for update
  ), known as (
    select l.id, not $3::boolean or l.assignee_id is not distinct from $4::uuid as as_expected,
      $6::uuid is null or exists (select from membership a join person p on p.id = a.person_id
        where a.workspace_id = $1 and a.person_id = $6 and a.role in (${answering}) and p.disabled_at is null) as assignable
    from locked l
  ), moved as (
    update contact c set assignee_id = case when $5::boolean then $6::uuid else c.assignee_id end,
      closed_at = case $7::text when 'closed' then coalesce(c.closed_at, date_trunc('milliseconds', now())) when 'open' then null else c.closed_at end
    from known k where c.workspace_id = $1 and c.id = k.id and k.as_expected and k.assignable
    returning c.id, c.assignee_id, c.closed_at
  ), assigned as (${change(
    'conversation.assigned',
    8,
    `jsonb_build_object('before', l.assignee_id, 'after', m.assignee_id)`,
    'm.assignee_id is distinct from l.assignee_id',
  )}
  ), closed as (${change('conversation.closed', 11, `'{}'::jsonb`, 'm.closed_at is not null and l.closed_at is null')}
  ), opened as (${change('conversation.reopened', 11, `'{}'::jsonb`, 'm.closed_at is null and l.closed_at is not null')}
  )
  select as_expected, assignable from known`,
};

/** Gives a conversation to somebody, closes it or opens it again, and notes who did what of that. Saying what is so already changes nothing. */
export async function changeConversation(
  database: Database,
  workspaceId: string,
  conversationId: string,
  { status, assigneeId, ifAssigneeId }: ConversationChange,
  byHand: ByHand,
): Promise<'done' | 'not found' | 'assigned meanwhile' | 'unknown assignee'> {
  const [id, actor, details] = auditValues(byHand);
  const [row] = await database.forWorkspace<{ as_expected: boolean; assignable: boolean }>(workspaceId, changeStatement, [
    workspaceId,
    conversationId,
    ifAssigneeId !== undefined,
    ifAssigneeId ?? null,
    assigneeId !== undefined,
    assigneeId ?? null,
    status ?? null,
    id,
    actor,
    details,
    uuidv7(),
  ]);
  if (!row) return 'not found';
  if (!row.as_expected) return 'assigned meanwhile';
  return row.assignable ? 'done' : 'unknown assignee';
}

const readStatement: Statement = {
  name: 'read_conversation',
  text: `update contact set read_seq = least($3::bigint, last_seq)
    where workspace_id = $1 and id = $2 and inbound_seq > read_seq and least($3::bigint, last_seq) > read_seq returning id`,
};
const unreadStatement: Statement = {
  name: 'unread_conversation',
  text: `update contact set read_seq = inbound_seq - 1 where workspace_id = $1 and id = $2 and inbound_seq > 0 and read_seq >= inbound_seq returning id`,
};

/** Notes that a conversation was read up to an event of it; what came in after that stays unread. Answers whether that is new. */
export async function markRead(database: Database, workspaceId: string, conversationId: string, upToSeq: number): Promise<boolean> {
  return (await database.forWorkspace(workspaceId, readStatement, [workspaceId, conversationId, upToSeq])).length > 0;
}

/** Makes a conversation unread again, where anything ever came in. Answers whether that is new. */
export async function markUnread(database: Database, workspaceId: string, conversationId: string): Promise<boolean> {
  return (await database.forWorkspace(workspaceId, unreadStatement, [workspaceId, conversationId])).length > 0;
}
