import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Accounts } from './accounts.js';
import type { LifeStep } from './actions.js';
import { answerError, apiError } from './apiErrors.js';
import { CallbackSender } from './callbackSender.js';
import { controlRoutes } from './controlRoutes.js';
import type { Dialects } from './dialect.js';
import { gatewayDialect } from './gatewayDialect.js';
import { gatewayRoutes } from './gatewayRoutes.js';
import { Ledger } from './ledger.js';
import { LifeRunner } from './lifeRunner.js';
import { MagicNumbers } from './magicNumbers.js';
import { messagesRoutes } from './messagesRoutes.js';
import { seededRandom } from './random.js';
import { RuleBook } from './rules.js';
import type { SendContext } from './takeSend.js';
import { telnyxDialect } from './telnyxDialect.js';
import { telnyxRoutes } from './telnyxRoutes.js';
import { Timers } from './timers.js';
import { twilioDialect } from './twilioDialect.js';
import { WebhookClient } from './webhookClient.js';

export interface SimulatorOptions {
  /** Default 127.0.0.1: the control API has no password. */
  host?: string;
  /** Default 0, a free port. */
  port?: number;
  /** Where accepted messages are kept as JSON lines; without it they live in memory only. */
  ledgerFile?: string;
  /** The life of a message that nothing shapes. Default: sent after 150 ms, delivered after 400 ms. */
  callbacks?: readonly LifeStep[];
  /** How often a callback that failed is tried again. Default 1. */
  callbackRetries?: number;
  /** Seed of all that is drawn. Default 1. */
  seed?: number;
}

export interface Simulator {
  /** For example http://127.0.0.1:4010 */
  url: string;
  /** Drops pending callbacks and open requests, and resolves when nothing of the simulator is left. */
  close: () => Promise<void>;
}

export const usualLife: readonly LifeStep[] = [
  { status: 'sent', delayMs: 150 },
  { status: 'delivered', delayMs: 400 },
];

/** Longer than any client keeps an idle connection, so that the client is the one who closes it. */
const keepAliveMs = 75_000;

/** Starts a provider that behaves like Twilio, Telnyx or an HTTP gateway, and misbehaves on request. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const random = seededRandom(options.seed ?? 1);
  const life = options.callbacks ?? usualLife;
  const accounts = new Accounts();
  const client = new WebhookClient();
  const lifeTimers = new Timers();
  const requestTimers = new Timers();
  const ledger = new Ledger(options.ledgerFile);
  const rules = new RuleBook(random, new MagicNumbers());
  const dialects: Dialects = { twilio: twilioDialect(accounts), telnyx: telnyxDialect, gateway: gatewayDialect };
  const callbacks = new CallbackSender(client, dialects, lifeTimers, options.callbackRetries ?? 1);
  const runner = new LifeRunner(ledger, callbacks, lifeTimers);

  const app = express().disable('x-powered-by').disable('etag');
  app.use('/_control', controlRoutes({ ledger, rules, callbacks, dialects, client, stopLives: () => lifeTimers.cancelAll() }));
  const context: SendContext = { ledger, rules, runner, timers: requestTimers, random, usualLife: life };
  app.use('/v2', telnyxRoutes(context, dialects.telnyx));
  app.use('/gateway', gatewayRoutes(context, dialects.gateway));
  app.use(messagesRoutes(context, accounts, dialects.twilio));
  app.use((_request: Request, response: Response) => answerError(response, apiError(20404)));
  app.use((error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    answerError(response, error.status === undefined ? apiError(20500) : apiError(20001, error.status));
  });

  const server = createServer({ keepAliveTimeout: keepAliveMs }, app);
  const shutDown = async (): Promise<void> => {
    lifeTimers.close();
    requestTimers.close();
    client.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    ledger.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
  } catch (error) {
    ledger.close();
    throw error;
  }
  runner.resumeSilently(life);
  const { address, family, port } = server.address() as AddressInfo;
  // Once only: closing the ledger's descriptor again would close whatever file or socket has its number by then.
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= shutDown());
  return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, close };
}
