import type { RequestHandler } from 'express';
import { contentDaysMax, messageDaysMax } from '../../domain/archiveLimits.js';
import { Problem } from '../../domain/errors.js';
import { noteAuditIn } from '../../storage/audit.js';
import { nameWho } from '../../storage/configurationVersions.js';
import type { Services } from '../services.js';
import { retentionRequest } from '../settingsSchemas.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Throws Problem `retention_impossible` for days that can not be kept. */
function refuseImpossible(field: string, days: number | null | undefined, daysMax: number, otherwise: string): void {
  if (days == null || (Number.isInteger(days) && days >= 1 && days <= daysMax)) return;
  const message = `must be a whole number of days from 1 to ${daysMax}, or null to keep ${otherwise}`;
  throw new Problem('retention_impossible', `${field} ${message}`, { errors: [{ field, message }] });
}

/** What a workspace has decided about it. */
const decided = ({
  messageDays,
  contentDays,
  legalHold,
}: {
  messageDays: number | null;
  contentDays: number | null;
  legalHold: boolean;
}) => ({
  messageDays,
  contentDays,
  legalHold,
});

/** How long the workspace's messages are kept, and whether anything of it may be removed at all. */
export function workspaceRetention({ settings, config }: Services): { get: RequestHandler; patch: RequestHandler } {
  const archivedAfterDays = config.ARCHIVE_AFTER_DAYS;
  const view = (workspace: Parameters<typeof decided>[0]) => ({ ...decided(workspace), archivedAfterDays });
  return {
    get: async (_request, response) => {
      const workspace = await settings.forWorkspace(workspaceIdOf(response), (transaction) => transaction.workspace.findFirstOrThrow());
      response.json(view(workspace));
    },
    patch: async (request, response) => {
      const { reason, ...change } = validate(retentionRequest, request.body);
      refuseImpossible('messageDays', change.messageDays, messageDaysMax, 'messages without an end');
      // What goes into the archive with its text keeps it there.
      refuseImpossible('contentDays', change.contentDays, Math.min(contentDaysMax, archivedAfterDays), 'texts as long as their messages');
      const workspaceId = workspaceIdOf(response);
      const actor = actorOf(response);
      const data = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const changed = await settings.forWorkspace(workspaceId, async (transaction) => {
        // Locked, or of two changes at the same time one would be audited wrong.
        await transaction.$queryRaw`select 1 from workspace for no key update`;
        const byHand = { actor, reason };
        await nameWho(transaction, byHand);
        const before = await transaction.workspace.findFirstOrThrow();
        const after = await transaction.workspace.update({ where: { id: workspaceId }, data });
        await noteAuditIn(transaction, workspaceId, 'retention.changed', byHand, { before: decided(before), after: decided(after) });
        return after;
      });
      response.json(view(changed));
    },
  };
}
