import type { Request, Response } from 'express';
import { type ErrorPolicyOverrides, faultsOfOverrides } from '../../domain/errorPolicyOverrides.js';
import { Problem } from '../../domain/errors.js';
import { noteAuditIn } from '../../storage/audit.js';
import { nameWho } from '../../storage/configurationVersions.js';
import { errorPolicyView } from '../errorPolicyView.js';
import type { Services } from '../services.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** Handlers of /v1/workspace/errors: the catalogue as it holds for the workspace, and what it decides otherwise. */
export function workspaceErrors({ settings, workspaces }: Services) {
  return {
    get: async (_request: Request, response: Response): Promise<void> => {
      const { errorPolicy } = await settings.forWorkspace(workspaceIdOf(response), (transaction) =>
        transaction.workspace.findFirstOrThrow(),
      );
      response.json(errorPolicyView(errorPolicy as ErrorPolicyOverrides));
    },

    /** The body names classes: an object replaces what was decided for the class before, null takes it back. */
    patch: async (request: Request, response: Response): Promise<void> => {
      const changes = overridesOf(request.body);
      const workspaceId = workspaceIdOf(response);
      const changed = await settings.forWorkspace(workspaceId, async (transaction) => {
        // Locked, or of two changes at the same time one would be lost.
        await transaction.$queryRaw`select 1 from workspace for update`;
        const byHand = { actor: actorOf(response) };
        await nameWho(transaction, byHand);
        const { errorPolicy } = await transaction.workspace.findFirstOrThrow();
        const merged = Object.entries({ ...(errorPolicy as ErrorPolicyOverrides), ...changes }).filter(([, override]) => override !== null);
        const stored = Object.fromEntries(merged) as ErrorPolicyOverrides;
        await transaction.workspace.update({ where: { id: workspaceId }, data: { errorPolicy: stored as object } });
        await noteAuditIn(transaction, workspaceId, 'error_policy.changed', byHand, { before: errorPolicy, after: stored });
        return stored;
      });
      workspaces.forget(workspaceId);
      response.json(errorPolicyView(changed));
    },
  };
}

function overridesOf(body: unknown): Record<string, unknown> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  // A class that is taken back has nothing to be checked but its name.
  const checked = isObject ? Object.fromEntries(Object.entries(body).map(([name, override]) => [name, override ?? {}])) : body;
  const errors = faultsOfOverrides(checked);
  if (errors.length > 0) {
    throw new Problem('invalid_request', errors.map(({ field, message }) => `${field} ${message}`).join('; '), { errors });
  }
  return body as Record<string, unknown>;
}
