import { Router } from 'express';
import { Problem } from '../domain/errors.js';
import type { Scope } from '../domain/scopes.js';
import { allows } from '../domain/scopes.js';
import { callerOf } from './http/authenticate.js';
import { handleUnknownPath, onlyMethods } from './problemResponses.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * What each route under /v1 needs. A route that is not here does not answer, so none can be forgotten. Where two paths fit
 * one request the first counts, as everywhere in Express.
 */
export const scopesOfRoutes: Readonly<Record<string, Partial<Record<Method, Scope>>>> = {
  '/messages': { get: 'messages:read', post: 'messages:send' },
  '/messages/:id': { get: 'messages:read' },
  '/messages/:id/trace': { get: 'messages:read' },
  '/messages/:id/cancel': { post: 'messages:send' },
  '/messages/:id/park': { post: 'queues:manage' },
  '/messages/:id/dismiss': { post: 'queues:manage' },
  '/messages/:id/retry': { post: 'queues:manage' },
  '/messages/:id/resolve': { post: 'queues:manage' },
  '/queues': { get: 'messages:read' },
  '/queues/failed/redrive': { post: 'queues:manage' },
  '/queues/failed/redrive/:id': { get: 'messages:read' },
  '/queues/failed/redrive/:id/cancel': { post: 'queues:manage' },
  '/queues/outbound/cancel': { post: 'queues:manage' },
  '/queues/outbound/cancel/:id': { get: 'messages:read' },
  '/queues/:queue': { get: 'messages:read' },
  '/conversations': { get: 'messages:read' },
  '/conversations/:id/messages': { get: 'messages:read' },
  '/suppressions': { get: 'consent:read' },
  '/suppressions/:number': { put: 'consent:manage', delete: 'consent:manage' },
  '/webhook-endpoints': { get: 'workspace:read', post: 'workspace:manage' },
  '/webhook-endpoints/:id': { get: 'workspace:read', patch: 'workspace:manage', delete: 'workspace:manage' },
  '/webhook-endpoints/:id/rotate-secret': { post: 'workspace:manage' },
  '/webhook-endpoints/:id/test': { post: 'workspace:manage' },
  '/webhook-endpoints/:id/deliveries': { get: 'workspace:read' },
  '/webhook-endpoints/:id/deliveries/:delivery/redeliver': { post: 'workspace:manage' },
  '/notifications': { get: 'workspace:read' },
  '/notifications/read': { post: 'workspace:read' },
  '/notifications/:id/read': { post: 'workspace:read' },
  '/workspace': { get: 'workspace:read' },
  '/workspace/senders/:sender': { put: 'workspace:manage' },
  '/workspace/providers': { get: 'workspace:read' },
  '/workspace/providers/:provider': { get: 'workspace:read', put: 'workspace:manage', delete: 'workspace:manage' },
  '/workspace/limits': { get: 'workspace:read', patch: 'workspace:manage' },
  '/workspace/errors': { get: 'workspace:read', patch: 'workspace:manage' },
  '/workspace/versions': { get: 'workspace:read' },
  '/workspace/versions/:version/undo': { post: 'workspace:manage' },
  '/workspace/versions/:version/restore': { post: 'workspace:manage' },
  '/workspace/routes': { get: 'workspace:read', put: 'workspace:manage' },
  '/workspace/audit': { get: 'workspace:read' },
  '/workspace/audit/verification': { get: 'workspace:read' },
  '/workspace/breakers': { get: 'workspace:read' },
  '/workspace/breakers/:scope/:subject': { put: 'workspace:manage' },
  '/api-keys': { get: 'keys:read', post: 'keys:manage' },
  '/api-keys/:id': { get: 'keys:read', delete: 'keys:manage' },
  '/api-keys/:id/rotate': { post: 'keys:manage' },
};

/** What each event of a socket needs; one that only leaves a room needs none. */
export const scopesOfEvents: Readonly<Record<string, Scope>> = {
  'message:outbound': 'messages:send',
  'message:cancel': 'messages:send',
  'conversation:open': 'messages:read',
  'conversation:viewing': 'messages:read',
  'conversation:typing': 'messages:send',
  'queues:open': 'messages:read',
  'notifications:open': 'workspace:read',
};

/** Throws the problem `forbidden`, which names what is missing. */
export function requireScope(caller: { scopes: Parameters<typeof allows>[0] }, scope: Scope): void {
  if (!allows(caller.scopes, scope))
    throw new Problem('forbidden', `this needs the scope ${scope}: use a key that has it, or ask who manages the workspace`, { scope });
}

/** Lets a request on to its route where the caller may do what it does. Express itself finds the route, so that no way of writing a path is read differently here. */
export function authorize(): Router {
  const router = Router();
  for (const [path, needs] of Object.entries(scopesOfRoutes)) {
    const route = router.route(path);
    for (const [method, scope] of Object.entries(needs) as [Method, Scope][]) {
      route[method]((_request, response, next) => {
        requireScope(callerOf(response), scope);
        next('router');
      });
    }
    route.all(onlyMethods(...Object.keys(needs).map((method) => method.toUpperCase())));
  }
  router.use(handleUnknownPath);
  return router;
}
