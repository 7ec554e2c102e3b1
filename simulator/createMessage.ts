import type { Response } from 'express';
import type { Credentials } from './accounts.js';
import type { ChosenAction, LifeStep } from './actions.js';
import { answerError, endingOf } from './endings.js';
import type { Ledger } from './ledger.js';
import type { StoredMessage } from './ledgerEntries.js';
import { planLife } from './life.js';
import type { LifeRunner } from './lifeRunner.js';
import { messageJson, senderOfService } from './messageJson.js';
import type { Random } from './random.js';
import type { RuleBook } from './rules.js';
import { type Form, readSendRequest, type SendRequest } from './sendRequest.js';
import type { Timers } from './timers.js';

/** What a send needs; one for the whole simulator. */
export interface SendContext {
  ledger: Ledger;
  rules: RuleBook;
  runner: LifeRunner;
  /** Delays of requests, apart from the timers of lives. */
  timers: Timers;
  random: Random;
  usualLife: readonly LifeStep[];
}

/**
 * `POST Messages.json`, in the order that makes faults honest: check, choose a fate, refuse or accept (the ledger's entry
 * is written here), and only then decide what the client gets to know.
 *
 * @param receivedAtMs epoch milliseconds
 */
export async function createMessage(
  context: SendContext,
  credentials: Credentials,
  form: Form,
  receivedAtMs: number,
  response: Response,
): Promise<void> {
  const request = readSendRequest(form, credentials, receivedAtMs);
  if ('httpStatus' in request) {
    const [to, from] = [form['To'], form['From']].map((value) => (typeof value === 'string' ? value : null));
    note(context, { ...credentials, to: to ?? null, from: from ?? null, receivedAtMs }, `error:${request.body.code}`, null, null);
    return answerError(response, request);
  }

  const chosen = context.rules.choose(request);
  const action = chosen?.action;
  const ending = endingOf(action);
  if (action?.delayBeforeAcceptMs) await context.timers.sleep(action.delayBeforeAcceptMs);
  if (ending && !ending.isAccepted) {
    note(context, request, ending.outcome, chosen, null);
    if (action?.delayMs) await context.timers.sleep(action.delayMs);
    return ending.answer(response);
  }

  const [message, started] = accept(context, request, chosen);
  note(context, request, ending?.outcome ?? 'accepted', chosen, message);
  // Taken before any delay: the answer tells the status at the accept, however late it is told.
  const created = messageJson(message);
  await started();
  if (action?.delayMs) await context.timers.sleep(action.delayMs);
  if (ending) return ending.answer(response);
  response.status(201).json(created);
}

/** Writes the entry; the life begins when the second value is called. */
function accept(context: SendContext, request: SendRequest, chosen: ChosenAction | null): [StoredMessage, () => Promise<void>] {
  const shape = chosen?.action.callbacks;
  const { listLagMs, listedBody } = chosen?.action ?? {};
  const life = planLife(context.usualLife, shape, context.random);
  const message = context.ledger.append({
    accountSid: request.accountSid,
    to: request.to,
    from: request.from ?? senderOfService(request.messagingServiceSid as string),
    messagingServiceSid: request.messagingServiceSid,
    body: request.body,
    numMedia: request.numMedia,
    statusCallback: request.statusCallback,
    acceptedAtMs: Date.now(),
    requestReceivedAtMs: request.receivedAtMs,
    validityPeriodS: request.validityPeriodS,
    ...(chosen && { rule: chosen.ruleName }),
    ...(listLagMs !== undefined && { listLagMs }),
    ...(listedBody !== undefined && { listedBody }),
    ...(shape && { life: life.steps }),
  });
  message.authToken = request.authToken;
  return [message, () => context.runner.begin(message, life)];
}

function note(
  context: SendContext,
  request: Pick<SendRequest, 'accountSid' | 'from' | 'receivedAtMs'> & { to: string | null },
  outcome: string,
  chosen: ChosenAction | null,
  message: StoredMessage | null,
): void {
  context.ledger.note({
    atMs: request.receivedAtMs,
    outcome,
    accountSid: request.accountSid,
    to: request.to,
    from: request.from,
    ruleName: chosen?.ruleName ?? null,
    sid: message?.entry.sid ?? null,
  });
}
