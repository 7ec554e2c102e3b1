import express, { type Request, type Response, Router } from 'express';
import type { Accounts, Credentials } from './accounts.js';
import { answerError, apiError } from './apiErrors.js';
import type { Dialect } from './dialect.js';
import type { StoredMessage } from './ledgerEntries.js';
import { listMessages } from './listMessages.js';
import { messageJson, visibleAtMs } from './messageJson.js';
import { type Form, readSendRequest } from './sendRequest.js';
import { noteRefused, type SendContext, takeSend } from './takeSend.js';

/** Twilio's own paths for messages, to be mounted at the root. */
export function messagesRoutes(context: SendContext, accounts: Accounts, dialect: Dialect): Router {
  const router = Router({ caseSensitive: true });
  const list = '/2010-04-01/Accounts/:accountSid/Messages.json';
  const single = '/2010-04-01/Accounts/:accountSid/Messages/:sid.json';
  const form = express.urlencoded({ extended: false, limit: '64kb' });

  router.use('/2010-04-01/Accounts/:accountSid', (request, response, next) => {
    response.locals['receivedAtMs'] = Date.now();
    const credentials = accounts.authenticate(request.params.accountSid, request.headers.authorization);
    if (!credentials) return answerError(response, apiError(20003));
    response.locals['credentials'] = credentials;
    next();
  });

  router.post(list, form, async (request, response) => {
    const [fields, credentials, receivedAtMs] = [formOf(request), credentialsOf(response), response.locals['receivedAtMs'] as number];
    const send = readSendRequest(fields, credentials, receivedAtMs);
    if (!('httpStatus' in send)) return takeSend(context, dialect, send, response);
    noteRefused(context, { accountSid: credentials.accountSid, to: fields['To'], from: fields['From'], receivedAtMs }, send.body.code);
    answerError(response, send);
  });

  router.get(list, (request, response) => {
    response.json(listMessages(context.ledger, request.params.accountSid, request.query as Form, Date.now()));
  });

  router.get(single, (request, response) => {
    const message = visibleMessage(context, request.params.accountSid, request.params.sid);
    if (!message) return answerError(response, apiError(20404));
    response.json(messageJson(message));
  });

  // Redaction: an empty Body takes the text out of the resource. The ledger keeps it, as evidence.
  router.post(single, form, (request, response) => {
    const message = visibleMessage(context, request.params.accountSid, request.params.sid);
    if (!message) return answerError(response, apiError(20404));
    if (formOf(request)['Body'] !== '') return answerError(response, apiError(20001));
    message.redacted = true;
    message.dateUpdatedMs = Date.now();
    response.json(messageJson(message));
  });

  return router;
}

function credentialsOf(response: Response): Credentials {
  return response.locals['credentials'] as Credentials;
}

/** Express leaves the body undefined when a request has none, or one of another type. */
function formOf(request: Request): Form {
  return (request.body ?? {}) as Form;
}

function visibleMessage(context: SendContext, accountSid: string, sid: string): StoredMessage | undefined {
  const message = context.ledger.find(sid);
  return message && message.entry.accountSid === accountSid && visibleAtMs(message) <= Date.now() ? message : undefined;
}
