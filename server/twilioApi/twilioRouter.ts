import express, { type Request, type Response, Router } from 'express';
import { jsonBodyBytesMax } from '../../domain/limits.js';
import { idOfSid } from '../../domain/twilioSid.js';
import { twilioApiVersion } from '../../domain/twilioWords.js';
import { acceptMessage } from '../acceptMessage.js';
import { requireScope } from '../authorize.js';
import { cancelMessage } from '../cancelMessage.js';
import { HistoryReader } from '../historyReader.js';
import { actorOf, callerOf, workspaceIdOf } from '../http/authenticate.js';
import { idempotencyKeyOf } from '../http/idempotencyKeyOf.js';
import { limitCaller, limitFailures } from '../http/limitRequests.js';
import { viewOfMessage } from '../http/messages.js';
import { handleUnknownPath, onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { authenticateAccount } from './authenticateAccount.js';
import { readListQuery } from './listQuery.js';
import { readMessageForm } from './messageForm.js';
import { pageOf } from './messagePage.js';
import { resourceOf } from './messageResource.js';
import { statusCallbackOf } from './statusCallback.js';
import { handleTwilioErrors, TwilioProblem } from './twilioProblem.js';

/** Twilio has a header of its own for what the rest of the world calls Idempotency-Key. */
const keyHeaders = ['Idempotency-Key', 'I-Twilio-Idempotency-Token'];
const form = express.urlencoded({ extended: false, limit: jsonBodyBytesMax });

/**
 * The part of Twilio's REST API that sends and reads messages, for programs written for it: their base URL, account SID and auth
 * token are changed, and nothing else. Messages are accepted by the same function as everywhere.
 */
export function twilioRouter(services: Services): Router {
  const account = Router({ mergeParams: true });
  const history = new HistoryReader(services);
  account.use(authenticateAccount(services) as express.RequestHandler, limitCaller(services.requestLimits), (request, response, next) => {
    requireScope(callerOf(response), request.method === 'GET' || request.method === 'HEAD' ? 'messages:read' : 'messages:send');
    next();
  });

  account
    .route('/Messages.json')
    .get(async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const list = readListQuery(await services.workspaces.get(workspaceId), request.query);
      const found = list.asked ? await history.page(workspaceId, list.asked) : { data: [], nextCursor: null };
      response.json(pageOf(response.locals.accountSid as string, list, found));
    })
    .post(form, async (request, response) => {
      const workspaceId = workspaceIdOf(response);
      const accountSid = response.locals.accountSid as string;
      const { wanted, statusCallback: url } = readMessageForm((request.body ?? {}) as Record<string, unknown>);
      const callback = url && (await statusCallbackOf(services, { workspaceId, actor: actorOf(response), accountSid }, url));
      const { message, repeated } = await acceptMessage(
        services,
        workspaceId,
        wanted,
        idempotencyKeyOf(request, keyHeaders),
        callback || undefined,
      );
      if (repeated) response.set('Idempotent-Replayed', 'true');
      response.status(201).json(resourceOf(accountSid, message));
    })
    .all(onlyMethods('GET', 'POST'));

  account
    .route('/Messages/:sid.json')
    .get(async (request, response) => {
      response.json(
        resourceOf(response.locals.accountSid as string, await viewOfMessage(services, workspaceIdOf(response), idOf(request))),
      );
    })
    .post(form, async (request: Request, response: Response) => {
      const { Status, ...others } = (request.body ?? {}) as Record<string, unknown>;
      if (Status !== 'canceled' || Object.keys(others).length > 0)
        throw new TwilioProblem(20001, "Only Status 'canceled' can be set: it takes back a message that has not left.");
      const message = await cancelMessage(services, workspaceIdOf(response), idOf(request), { actor: actorOf(response) });
      response.json(resourceOf(response.locals.accountSid as string, message));
    })
    .all(onlyMethods('GET', 'POST'));
  account.use(handleUnknownPath);

  const router = Router();
  router.use(`/${twilioApiVersion}/Accounts/:account`, account);
  router.use(
    `/${twilioApiVersion}`,
    handleUnknownPath,
    limitFailures(services.requestLimits, services.logger),
    handleTwilioErrors(services.logger),
  );
  return router;
}

/** An id that is no SID of a message is nobody's. */
const idOf = (request: Request): string => idOfSid('SM', String(request.params.sid)) ?? '';
