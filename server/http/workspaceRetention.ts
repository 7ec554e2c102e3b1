import type { RequestHandler } from 'express';
import { messageDaysMax } from '../../domain/archiveLimits.js';
import { Problem } from '../../domain/errors.js';
import { noteAuditIn } from '../../storage/audit.js';
import { nameWho } from '../../storage/configurationVersions.js';
import type { Services } from '../services.js';
import { retentionRequest } from '../settingsSchemas.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Throws Problem `retention_impossible` for days that can not be kept. */
function refuseImpossible(messageDays: number | null | undefined): void {
  if (messageDays == null || (Number.isInteger(messageDays) && messageDays >= 1 && messageDays <= messageDaysMax)) return;
  const message = `must be a whole number of days from 1 to ${messageDaysMax}, or null to keep messages without an end`;
  throw new Problem('retention_impossible', `messageDays ${message}`, { errors: [{ field: 'messageDays', message }] });
}

/** How long the workspace's messages are kept, and whether anything of it may be removed at all. */
export function workspaceRetention({ settings, config }: Services): { get: RequestHandler; patch: RequestHandler } {
  const view = ({ messageDays, legalHold }: { messageDays: number | null; legalHold: boolean }) => ({
    messageDays,
    legalHold,
    archivedAfterDays: config.ARCHIVE_AFTER_DAYS,
  });
  return {
    get: async (_request, response) => {
      const workspace = await settings.forWorkspace(workspaceIdOf(response), (transaction) => transaction.workspace.findFirstOrThrow());
      response.json(view(workspace));
    },
    patch: async (request, response) => {
      const { reason, ...change } = validate(retentionRequest, request.body);
      refuseImpossible(change.messageDays);
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
        const [was, is] = [before, after].map(({ messageDays, legalHold }) => ({ messageDays, legalHold }));
        await noteAuditIn(transaction, workspaceId, 'retention.changed', byHand, { before: was, after: is });
        return after;
      });
      response.json(view(changed));
    },
  };
}
