import type { Response } from 'express';
import type { ChosenAction, LifeStep } from './actions.js';
import type { Dialect } from './dialect.js';
import { endingOf } from './endings.js';
import type { Ledger } from './ledger.js';
import type { StoredMessage } from './ledgerEntries.js';
import { planLife } from './life.js';
import type { LifeRunner } from './lifeRunner.js';
import { senderOfService } from './messageJson.js';
import type { Random } from './random.js';
import type { RuleBook } from './rules.js';
import type { SendRequest } from './sendRequest.js';
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
 * A send that is valid, in the order that makes faults honest: choose a fate, refuse or accept (the ledger's entry is
 * written here), and only then decide what the client gets to know. A reference that was accepted before is not accepted
 * a second time.
 */
export async function takeSend(context: SendContext, dialect: Dialect, request: SendRequest, response: Response): Promise<void> {
  const chosen = context.rules.choose(request);
  const action = chosen?.action;
  const ending = endingOf(action, dialect);
  if (action?.delayBeforeAcceptMs) await context.timers.sleep(action.delayBeforeAcceptMs);
  if (ending && !ending.isAccepted) {
    note(context, request, ending.outcome, chosen?.ruleName, null);
    if (action?.delayMs) await context.timers.sleep(action.delayMs);
    return ending.answer(response);
  }

  const known = request.reference === undefined ? undefined : context.ledger.findReference(request.accountSid, request.reference);
  const [message, started] = known ? [known, () => Promise.resolve()] : accept(context, dialect, request, chosen);
  note(context, request, ending?.outcome ?? (known ? 'repeated' : 'accepted'), chosen?.ruleName, message);
  // Taken before any delay: the answer tells the status at the accept, however late it is told.
  const { httpStatus, json } = dialect.created(message);
  await started();
  if (action?.delayMs) await context.timers.sleep(action.delayMs);
  if (ending) return ending.answer(response);
  response.status(httpStatus).json(json);
}

/** Notes a request that the vendor would refuse. */
export function noteRefused(
  context: SendContext,
  { accountSid, to, from, receivedAtMs }: { accountSid: string; to: unknown; from: unknown; receivedAtMs: number },
  code: number,
): void {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  note(context, { accountSid, to: text(to), from: text(from), body: null, receivedAtMs }, `error:${code}`, undefined, null);
}

/** Writes the entry; the life begins when the second value is called. */
function accept(
  context: SendContext,
  dialect: Dialect,
  request: SendRequest,
  chosen: ChosenAction | null,
): [StoredMessage, () => Promise<void>] {
  const shape = chosen?.action.callbacks;
  const { listLagMs, listedBody } = chosen?.action ?? {};
  const life = planLife(context.usualLife, shape, context.random);
  const message = context.ledger.append({
    sid: dialect.newId(),
    ...(dialect.vendor !== 'twilio' && { vendor: dialect.vendor }),
    ...(request.reference !== undefined && { reference: request.reference }),
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
  request: Pick<SendRequest, 'accountSid' | 'from' | 'receivedAtMs'> & { to: string | null; body: string | null },
  outcome: string,
  ruleName: string | undefined,
  message: StoredMessage | null,
): void {
  context.ledger.note({
    atMs: request.receivedAtMs,
    outcome,
    accountSid: request.accountSid,
    to: request.to,
    from: request.from,
    body: request.body,
    ruleName: ruleName ?? null,
    sid: message?.entry.sid ?? null,
  });
}
