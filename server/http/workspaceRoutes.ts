import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/errors.js';
import { reasonCharactersMax, routeEntriesMax } from '../../domain/limits.js';
import { isCountry } from '../../domain/phoneNumber.js';
import { anyCountry, type Routes } from '../../domain/routing.js';
import { changeRoutes } from '../../storage/routes.js';
import type { Workspace } from '../../storage/workspaces.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

const share = 'must be a whole number from 0 to 100: percent of the messages';
const entry = z.strictObject({
  provider: z.string().min(1),
  weight: z.number({ error: share }).int(share).min(0, share).max(100, share),
  order: z.number().int().min(1).max(1_000).optional(),
});

/** Weights that sum to 100, each provider and each place once; without an `order` the entries stand in theirs. */
const route = z
  .array(entry)
  .min(1, `is empty: name a provider, or leave the country out`)
  .max(routeEntriesMax, `has too many entries: at most ${routeEntriesMax}`)
  .transform((entries) => entries.map((one, index) => ({ ...one, order: one.order ?? index + 1 })))
  .superRefine((entries, context) => {
    const sum = entries.reduce((total, { weight }) => total + weight, 0);
    if (sum !== 100) context.addIssue({ code: 'custom', message: `has weights that sum to ${sum}, not to 100` });
    if (new Set(entries.map(({ provider }) => provider)).size < entries.length)
      context.addIssue({ code: 'custom', message: 'names a provider twice' });
    if (new Set(entries.map(({ order }) => order)).size < entries.length)
      context.addIssue({ code: 'custom', message: 'has two entries at the same place of the order' });
  });

const byCountry = z.record(z.string(), route).superRefine((routes, context) => {
  for (const code of Object.keys(routes)) {
    if (code === anyCountry || isCountry(code)) continue;
    const message = `is not a country: use its two letters (ISO 3166-1), e.g. US, or ${anyCountry} for all others`;
    context.addIssue({ code: 'custom', path: [code], message });
  }
});

/** The body of PUT /v1/workspace/routes. */
const routesRequest = z.strictObject({
  routes: byCountry,
  reason: z.string().max(reasonCharactersMax, `is too long: at most ${reasonCharactersMax} characters`).optional(),
});

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
