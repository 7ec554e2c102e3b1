import { Router } from 'express';
import { Problem } from '../domain/errors.js';
import type { Scope } from '../domain/scopes.js';
import { allows } from '../domain/scopes.js';
import { answerWithEtag } from './answerWithEtag.js';
import { callerOf } from './http/authenticate.js';
import { operationsByPath } from './openapi/catalogue.js';
import type { Method, Operation } from './openapi/operation.js';
import { handleUnknownPath, onlyMethods } from './problemResponses.js';

/** What each event of a socket needs; one that only leaves a room needs none. */
export const scopesOfEvents: Readonly<Record<string, Scope>> = {
  'message:outbound': 'messages:send',
  'message:cancel': 'messages:send',
  'conversation:open': 'messages:read',
  'conversations:open': 'messages:read',
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

/**
 * Lets a request on to its route where the catalogue has it and the caller may do what it does. Express itself finds the
 * operation, so that no way of writing a path is read differently here.
 */
export function authorize(): Router {
  const router = Router();
  for (const [path, byMethod] of operationsByPath) {
    const route = router.route(path);
    for (const [method, { scope, hasEtag }] of Object.entries(byMethod) as [Method, Operation][]) {
      route[method]((_request, response, next) => {
        if (scope !== null) requireScope(callerOf(response), scope);
        if (hasEtag) answerWithEtag(response);
        next('router');
      });
    }
    route.all(onlyMethods(...Object.keys(byMethod).map((method) => method.toUpperCase())));
  }
  router.use(handleUnknownPath);
  return router;
}
