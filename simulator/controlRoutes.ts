import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { CallbackSender } from './callbackSender.js';
import { ControlError, callbackSchema, inboundSchema, listSchema, readInput } from './controlInput.js';
import type { Dialects } from './dialect.js';
import { gatewaySecret } from './gatewaySecret.js';
import { sendCallback, sendInbound } from './handMadeWebhooks.js';
import type { Ledger } from './ledger.js';
import { type RuleBook, ruleSchema } from './rules.js';
import { telnyxPublicKey } from './telnyxKey.js';
import type { WebhookClient } from './webhookClient.js';

/** What the control API steers. */
export interface ControlContext {
  ledger: Ledger;
  rules: RuleBook;
  callbacks: CallbackSender;
  dialects: Dialects;
  client: WebhookClient;
  /** Ends the lives under way, so that a cleared ledger sends nothing. */
  stopLives: () => void;
}

/** The JSON API for tests and for a person's hand, to be mounted at `/_control`. */
export function controlRoutes({ ledger, rules, callbacks, dialects, client, stopLives }: ControlContext): Router {
  const router = Router();
  router.use(express.json({ limit: '256kb' }));

  router.get('/health', (_request, response) => {
    const counts = { accepted: ledger.entries.length, requests: ledger.requests.length, rules: rules.list().length };
    response.json({ status: 'ok', ...counts, callbacks: { ...callbacks.counts, ...callbacks.state() } });
  });

  router.get('/ledger', (request, response) => {
    const { rows, total } = select(ledger.entries, request.query);
    response.json({ entries: rows, total });
  });
  router.get('/finals', (request, response) => {
    const { rows, total } = select(ledger.finals, request.query);
    response.json({ finals: rows, total });
  });
  router.get('/requests', (request, response) => {
    const { rows, total } = select(ledger.requests, request.query);
    response.json({ requests: rows, total });
  });
  router.delete('/ledger', (_request, response) => {
    const deleted = ledger.entries.length;
    stopLives();
    callbacks.dropHeld();
    ledger.clear();
    response.json({ deleted });
  });
  router.get('/messages/:sid', (request, response) => {
    const message = ledger.find(request.params.sid);
    if (!message) throw new ControlError(404, `No message ${request.params.sid} was accepted here.`);
    response.json({
      entry: message.entry,
      message: dialects[message.entry.vendor ?? 'twilio'].created(message).json,
      callbacks: message.callbacks,
    });
  });

  router.post('/rules', (request, response) => {
    response.status(201).json(rules.add(readInput(ruleSchema, request.body)));
  });
  router.get('/rules', (_request, response) => {
    response.json({ rules: rules.list() });
  });
  router.delete('/rules', (_request, response) => {
    response.json({ deleted: rules.clear() });
  });
  router.delete('/rules/:id', (request, response) => {
    const deleted = rules.remove(request.params.id);
    if (deleted === 0) throw new ControlError(404, `There is no rule ${request.params.id}.`);
    response.json({ deleted });
  });

  router.post('/inbound', async (request, response) => {
    response.json(await sendInbound(readInput(inboundSchema, request.body), dialects, client));
  });
  router.post('/callback', async (request, response) => {
    response.json(await sendCallback(readInput(callbackSchema, request.body), dialects, client, ledger));
  });
  router.post('/pause', (_request, response) => {
    callbacks.pause();
    response.json(callbacks.state());
  });
  router.post('/resume', (_request, response) => {
    response.json({ released: callbacks.resume(), ...callbacks.state() });
  });

  // What an account of the product needs to be set up with.
  router.get('/telnyx', (_request, response) => {
    response.json({ publicKey: telnyxPublicKey });
  });
  router.get('/gateway/:account', (request, response) => {
    response.json({ path: `/gateway/${request.params.account}`, secret: gatewaySecret(request.params.account) });
  });

  router.use((request, _response) => {
    throw new ControlError(404, `There is no ${request.method} /_control${request.path}.`);
  });
  router.use(answerControlError);
  return router;
}

/** Entries are numbered from 1 without gaps, so without a filter `since` is a position. */
function select<Row extends { n: number; accountSid: string }>(rows: readonly Row[], query: unknown): { rows: Row[]; total: number } {
  const { accountSid, since, limit } = readInput(listSchema, query);
  const wanted = accountSid === undefined ? rows : rows.filter((row) => row.accountSid === accountSid);
  const start = accountSid === undefined ? since : wanted.findIndex((row) => row.n > since);
  return { rows: start < 0 ? [] : wanted.slice(start, start + limit), total: wanted.length };
}

function answerControlError(error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) return next(error);
  // Express gives a status to what its own body parser refuses; the rest is a fault of this process.
  const httpStatus = error instanceof ControlError ? error.httpStatus : (error.status ?? 500);
  response.status(httpStatus).json({ error: httpStatus === 500 ? `The simulator failed: ${error.message}` : error.message });
}
