import { workspacesShownMax } from '../domain/identityLimits.js';
import { workspacesByName } from '../storage/workspaceList.js';
import type { Holder } from './callers.js';
import type { Services } from './services.js';

/** Workspaces that a holder may name, by name; not more than are shown. */
export interface WorkspacesView {
  data: { id: string; name: string }[];
  /** There are more: a search finds them. */
  hasMore: boolean;
}

/** Those whose names have the letters of `search`: of an operator all of the installation, of others their own. */
export async function workspacesOf({ database, workspaces }: Services, holder: Holder, search: string): Promise<WorkspacesView> {
  const found = await (async () => {
    if (holder.kind === 'key') return [await workspaces.get(holder.key.workspaceId)];
    const { isOperator, memberships } = holder.person;
    if (isOperator) return workspacesByName(database, search, workspacesShownMax + 1);
    return memberships.map(({ workspaceId: id, workspaceName: name }) => ({ id, name }));
  })();
  const wanted = search.toLowerCase();
  const fitting = found.filter(({ id, name }) => id === wanted || name.toLowerCase().includes(wanted));
  return { data: fitting.slice(0, workspacesShownMax).map(({ id, name }) => ({ id, name })), hasMore: fitting.length > workspacesShownMax };
}
