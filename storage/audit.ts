import type { Database, Statement } from '../platform/database.js';
import type { Transaction } from '../platform/prisma.js';
import { uuidv7 } from '../platform/uuid.js';
import type { StoredRef } from './messages.js';

/** Who did something by hand, and why. */
export interface ByHand {
  /** As the audit names whoever asked. */
  actor: string;
  reason?: string | undefined;
  /** Under this key it is done once, whatever is repeated. */
  idempotencyKey?: string | undefined;
  /** The redrive that it belongs to. */
  redriveId?: string | undefined;
}

/** What a person did to a message, as the audit has it. */
export interface Intervention {
  at: Date;
  actor: string;
  action: string;
  details: Record<string, unknown>;
}

/** An expression: what a change of a message's state was, of the rows before and after. */
export function auditStates(before: string, after: string): string {
  const state = (row: string) =>
    `jsonb_build_object('status', ${row}.status, 'generation', ${row}.generation, 'attempt', ${row}.attempt, 'error', ${row}.error_code)`;
  return `jsonb_build_object('before', ${state(before)}, 'after', ${state(after)})`;
}

/**
 * The end of a statement that does something to one message by hand: notes it, where the CTE `moved` has the row as it is
 * afterwards and `locked` as it was. Its parameters are made by `auditValues`, from number `first` on.
 */
export function auditMoved(action: string, first: number): string {
  return `audited as (
    insert into audit_event (workspace_id, id, actor, action, details, message_id, idempotency_key)
    select m.workspace_id, $${first}::uuid, $${first + 1}::text, '${action}',
      $${first + 2}::jsonb || ${auditStates('l', 'a')}, m.message_id, $${first + 3}::text
    from moved m join locked l on l.id = m.message_id
      cross join lateral (select m.status, m.generation, m.attempt, m.error_code) a
  )`;
}

export function auditValues(byHand: ByHand, details: Record<string, unknown> = {}): unknown[] {
  const { actor, reason, idempotencyKey, redriveId } = byHand;
  const all = { ...details, ...(reason !== undefined && { reason }), ...(redriveId !== undefined && { redriveId }) };
  return [uuidv7(), actor, JSON.stringify(all), idempotencyKey ?? null];
}

const noteStatement: Statement = {
  name: 'note_audit_event',
  text: `insert into audit_event (workspace_id, action, message_id, id, actor, details, idempotency_key)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
};

/** Notes something that was done by hand. */
export async function noteAudit(
  database: Database,
  { workspaceId, messageId }: { workspaceId: string; messageId?: string },
  action: string,
  byHand: ByHand,
  details: Record<string, unknown> = {},
): Promise<void> {
  await database.forWorkspace(workspaceId, noteStatement, [workspaceId, action, messageId ?? null, ...auditValues(byHand, details)]);
}

/** The same within a transaction of several statements. */
export async function noteAuditIn(
  transaction: Transaction,
  workspaceId: string,
  action: string,
  byHand: ByHand,
  details: Record<string, unknown> = {},
): Promise<void> {
  const [id, actor, json, idempotencyKey] = auditValues(byHand, details) as [string, string, string, string | null];
  await transaction.auditEvent.create({ data: { workspaceId, id, actor, action, details: JSON.parse(json) as object, idempotencyKey } });
}

const doneStatement: Statement = {
  name: 'audit_event_of_key',
  text: 'select action, message_id from audit_event where workspace_id = $1 and idempotency_key = $2',
};

/** What was done under an idempotency key, or undefined. */
export async function doneUnderKey(
  database: Database,
  workspaceId: string,
  idempotencyKey: string,
): Promise<{ action: string; messageId: string | null } | undefined> {
  const [row] = await database.forWorkspace<{ action: string; message_id: string | null }>(workspaceId, doneStatement, [
    workspaceId,
    idempotencyKey,
  ]);
  return row && { action: row.action, messageId: row.message_id };
}

const ofMessageStatement: Statement = {
  name: 'audit_events_of_message',
  text: 'select at, actor, action, details from audit_event where workspace_id = $1 and message_id = $2 order by id',
};

/** What people did to a message, oldest first. */
export async function interventionsOf(
  database: Database,
  { workspaceId, messageId }: Omit<StoredRef, 'createdAtMs'>,
): Promise<Intervention[]> {
  return database.forWorkspace<Intervention & Record<string, unknown>>(workspaceId, ofMessageStatement, [workspaceId, messageId]);
}
