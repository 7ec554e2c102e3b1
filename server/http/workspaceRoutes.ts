import type { RequestHandler } from 'express';
import { Problem } from '../../domain/errors.js';
import type { Routes } from '../../domain/routing.js';
import { changeRoutes } from '../../storage/routes.js';
import type { Workspace } from '../../storage/workspaces.js';
import type { Services } from '../services.js';
import { routesRequest } from '../settingsSchemas.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** By which providers the workspace's messages leave, by country of the recipient. */
export function workspaceRoutes(services: Services): { get: RequestHandler; put: RequestHandler } {
  const { database, workspaces, health } = services;

  const view = async (workspaceId: string) => {
    const workspace = await workspaces.get(workspaceId);
    const healthOf = await health.of(workspaceId);
    return {
      routes: workspace.routes,
      providers: workspace.accounts.map(({ provider }) => ({
        provider,
        health: Number(healthOf(provider).toFixed(3)),
        senders: workspace.senders.filter((sender) => sender.provider === provider).map(({ phoneNumber }) => phoneNumber),
      })),
    };
  };

  return {
    get: async (_request, response) => void response.json(await view(workspaceIdOf(response))),
    put: async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { routes, reason } = validate(routesRequest, request.body);
      refuseUnusable(await workspaces.get(workspaceId), routes);
      await changeRoutes(database, workspaceId, routes, { actor: actorOf(response), reason });
      workspaces.forget(workspaceId);
      response.json(await view(workspaceId));
    },
  };
}

/** A provider without an account or a number of the workspace could take nothing. Throws Problem `invalid_request`. */
function refuseUnusable({ accounts, senders }: Workspace, routes: Routes): void {
  const errors = Object.entries(routes).flatMap(([code, entries]) =>
    entries.flatMap(({ provider }, index) => {
      const field = `routes.${code}.${index}.provider`;
      if (!accounts.some((account) => account.provider === provider))
        return [{ field, message: `is ${provider}, at which this workspace has no account` }];
      if (!senders.some((sender) => sender.provider === provider))
        return [{ field, message: `is ${provider}, at which this workspace has no sender` }];
      return [];
    }),
  );
  if (errors.length > 0)
    throw new Problem('invalid_request', errors.map(({ field, message }) => `${field} ${message}`).join('; '), { errors });
}
