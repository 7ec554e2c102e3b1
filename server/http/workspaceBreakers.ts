import type { Request, RequestHandler } from 'express';
import { type BreakerRef, breakerScopes, forcedTo, leftToItself } from '../../domain/breaker.js';
import { Problem } from '../../domain/errors.js';
import { toE164 } from '../../domain/phoneNumber.js';
import { wallClock } from '../../platform/checkedClock.js';
import { changeBreaker } from '../../storage/breakers.js';
import { accountAt, type Workspace } from '../../storage/workspaces.js';
import { breakerViews } from '../breakerView.js';
import type { Services } from '../services.js';
import { breakerRequest } from '../settingsSchemas.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';

/** The breakers of the workspace's accounts and senders: seen, forced open or closed for a time, and left to themselves again. */
export function workspaceBreakers(services: Services): { list: RequestHandler; put: RequestHandler } {
  const { database, workspaces, telemetry, logger } = services;
  const views = async (workspaceId: string) => breakerViews(await workspaces.get(workspaceId), wallClock.now());

  return {
    list: async (_request, response) => void response.json({ data: await views(workspaceIdOf(response)) }),
    put: async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const { state, forSeconds = 0, reason } = validate(breakerRequest, request.body);
      const { ref, subject } = refOf(await workspaces.get(workspaceId), request);
      const untilMs = wallClock.now() + forSeconds * 1_000;
      const actor = actorOf(response);
      const words = reason ?? `forced ${state} by ${actor}`;
      const { changed } = await changeBreaker(
        database,
        workspaceId,
        ref,
        (breaker) =>
          state === 'auto' ? leftToItself(breaker, wallClock.now()) : forcedTo(breaker, state, untilMs, words, wallClock.now()),
        {
          actor,
          action: state === 'auto' ? 'breaker.left_to_itself' : 'breaker.forced',
          details: {
            scope: ref.scope,
            subject,
            state,
            ...(state !== 'auto' && { until: new Date(untilMs).toISOString() }),
            ...(reason !== undefined && { reason }),
          },
        },
      );
      workspaces.forget(workspaceId);
      if (changed) {
        telemetry.count('breaker_changes_total', { scope: ref.scope, change: 'forced' });
        logger.warn({ event: 'breaker.changed', workspaceId, ...ref, change: 'forced', state, forSeconds, reason: words });
      }
      response.json((await views(workspaceId)).find((one) => one.scope === ref.scope && one.subject === subject));
    },
  };
}

/** The breaker that the path names. Throws Problem `not_found`. */
function refOf(workspace: Workspace, { params }: Request): { ref: BreakerRef; subject: string } {
  const scope = breakerScopes.find((one) => one === params.scope);
  const subject = String(params.subject);
  if (scope === 'account' && accountAt(workspace, subject)) return { ref: { scope, subject }, subject };
  const number = toE164(subject) ?? subject;
  const sender = scope === 'sender' ? workspace.senders.find(({ phoneNumber }) => phoneNumber === number) : undefined;
  if (sender) return { ref: { scope: 'sender', subject: sender.id }, subject: number };
  throw new Problem(
    'not_found',
    `there is no breaker ${String(params.scope)}/${subject}: name an account by its provider (account/twilio), or a sender by its number (sender/+14155550100)`,
  );
}
