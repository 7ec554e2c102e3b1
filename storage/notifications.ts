import { notificationQuietMs } from '../domain/limits.js';
import { audienceOf, type Notice, type NotificationKind, notificationKinds, type Severity } from '../domain/notifications.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditValues, type ByHand } from './audit.js';

/** A notification as people see it. */
export interface Notification {
  id: string;
  kind: NotificationKind;
  subject: string;
  severity: Severity;
  audience: 'workspace' | 'operator';
  summary: string;
  details: Record<string, unknown>;
  /** How often it happened. */
  count: number;
  firstAt: Date;
  lastAt: Date;
  readAt: Date | null;
}

const types = ['uuid', 'uuid', 'text', 'text', 'text', 'text', 'text', 'text', 'jsonb', 'integer', 'integer'];

/** The SQL that raises one notification within a statement; its parameters are `noticeValues`, from number `first` on. */
export function raiseNotification(first: number): string {
  return `raise_notification(${types.map((type, place) => `$${first + place}::${type}`).join(', ')})`;
}

export function noticeValues(notice: Notice): unknown[] {
  const { workspaceId, kind, subject, errorClass, summary, details = {}, count = 1 } = notice;
  const { severity } = notificationKinds[kind];
  const said = [summary, JSON.stringify(details), count, notificationQuietMs];
  return [workspaceId, uuidv7(), kind, subject, severity, audienceOf(notice), errorClass ?? null, ...said];
}

const raiseStatement: Statement = {
  name: 'raise_notifications',
  text: `select raise_notification(${types.map((_type, place) => `i.p${place}`).join(', ')})
    from unnest(${types.map((type, place) => `$${place + 1}::${type}[]`).join(', ')}) as i (${types.map((_type, place) => `p${place}`).join(', ')})`,
};

/** Raises notifications: those of one kind and subject are one, with the newest's words and the sum of the counts. */
export async function raiseNotifications(database: Database, notices: Notice[]): Promise<void> {
  const merged = new Map<string, Notice>();
  for (const notice of notices) {
    const key = [notice.workspaceId, notice.kind, notice.subject].join('\n');
    merged.set(key, { ...notice, count: (merged.get(key)?.count ?? 0) + (notice.count ?? 1) });
  }
  // In one order, so that two processes never wait for each other.
  const rows = [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => noticeValues(notice));
  const values = types.map((_type, place) => rows.map((row) => row[place]));
  await database.forWorkspaces(
    notices.map(({ workspaceId }) => workspaceId),
    raiseStatement,
    values,
  );
}

const columns = `id, kind, subject, severity, audience, summary, details, count, first_at as "firstAt", last_at as "lastAt", read_at as "readAt"`;
type NotificationRow = Notification & Record<string, unknown>;

const page = 'workspace_id = $1 and (first_at, id) < ($2, $3)';
const order = 'order by first_at desc, id desc limit $4';
const allStatement: Statement = { name: 'notifications', text: `select ${columns} from notification where ${page} ${order}` };
const unreadStatement: Statement = {
  name: 'notifications_unread',
  text: `select ${columns} from notification where ${page} and read_at is null ${order}`,
};

/** A workspace's notifications, or only those that nobody has read, that began before a point in time, newest first, at most `limit`. */
export function listNotifications(
  database: Database,
  workspaceId: string,
  which: 'all' | 'unread',
  before: { at: Date; id: string },
  limit: number,
): Promise<Notification[]> {
  const statement = which === 'all' ? allStatement : unreadStatement;
  return database.forWorkspace<NotificationRow>(workspaceId, statement, [workspaceId, before.at, before.id, limit]);
}

const findStatement: Statement = {
  name: 'find_notification',
  text: `select ${columns} from notification where workspace_id = $1 and id = $2`,
};

/** One notification, or undefined. */
export async function findNotification(database: Database, workspaceId: string, id: string): Promise<Notification | undefined> {
  const [found] = await database.forWorkspace<NotificationRow>(workspaceId, findStatement, [workspaceId, id]);
  return found;
}

const readStatement: Statement = {
  name: 'read_notifications',
  text: `
  with marked as (
    update notification set read_at = now(), closed_at = coalesce(closed_at, now()), changed_at = now()
    where workspace_id = $1 and read_at is null and ($2::uuid is null or id = $2) returning id
  ), audited as (
    insert into audit_event (workspace_id, id, actor, action, details)
    select $1, $3::uuid, $4::text, 'notifications.read', $5::jsonb || jsonb_build_object('notificationId', $2::uuid, 'count', m.count)
    from (select count(*) as count from marked) m where m.count > 0
  )
  select id from marked`,
};

/** Marks one notification as read, or all of a workspace, and notes who did; what comes later is a new one. Answers how many were unread. */
export async function markNotificationsRead(database: Database, workspaceId: string, id: string | null, byHand: ByHand): Promise<number> {
  const [auditId, actor, details] = auditValues(byHand);
  return (await database.forWorkspace(workspaceId, readStatement, [workspaceId, id, auditId, actor, details])).length;
}

const lastStatement: Statement = {
  name: 'last_notified',
  text: `select w.id, coalesce(extract(epoch from (select max(changed_at) from notification n where n.workspace_id = w.id)) * 1000, 0)::float8 as at
    from unnest($1::uuid[]) as w (id)`,
};

/** When the notifications of each workspace changed last, epoch milliseconds; 0 where it has none. */
export async function lastNotified(database: Database, workspaceIds: string[]): Promise<Map<string, number>> {
  const rows = await database.forWorkspaces<{ id: string; at: number }>(workspaceIds, lastStatement, [workspaceIds]);
  return new Map(rows.map(({ id, at }) => [id, at]));
}
