import { contactsLookEveryMs, contactsPerLookMax } from '../domain/historyLimits.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import { gatherTerms } from '../storage/contactTerms.js';
import type { Readable } from '../storage/contents.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';

export interface ContactFollowerSettings extends Readable {
  workspaces: WorkspaceDirectory;
  logger: Logger;
}

/** Gathers what new contacts are found by. Whoever stores contacts knows nothing of it. Several may run. */
export function contactFollower({ database, contents, workspaces, logger }: ContactFollowerSettings): Lookout {
  const keyOf = async (workspaceId: string) => (await workspaces.get(workspaceId)).keys.words;
  return new Lookout({
    look: async () => (await gatherTerms({ database, contents }, keyOf, contactsPerLookMax)) === contactsPerLookMax,
    everyMs: contactsLookEveryMs,
    failed: (error) => logger.warn({ event: 'contacts.look_failed', error: String(error) }),
  });
}
