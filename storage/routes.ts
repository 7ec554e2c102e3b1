import type { Routes } from '../domain/routing.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { namesWho } from './configurationVersions.js';

const writeStatement: Statement = {
  name: 'change_routes',
  text: `
  with ${namesWho(4, 6)}, locked as (
    select id, routes as before from workspace where id = $1 for update
  ), changed as (
    update workspace w set routes = $2::jsonb from locked l cross join who where w.id = l.id and w.id = $1
    returning w.id, l.before
  )
  insert into audit_event (workspace_id, id, actor, action, details)
  select id, $3::uuid, $4::text, 'routes.changed', $5::jsonb || jsonb_build_object('before', before, 'after', $2::jsonb) from changed`,
};

/** Replaces a workspace's routes and notes who did it, in one statement. */
export async function changeRoutes(
  database: Database,
  workspaceId: string,
  routes: Routes,
  { actor, reason }: { actor: string; reason?: string | undefined },
): Promise<void> {
  const details = JSON.stringify(reason === undefined ? {} : { reason });
  await database.forWorkspace(workspaceId, writeStatement, [workspaceId, JSON.stringify(routes), uuidv7(), actor, details, reason ?? null]);
}
