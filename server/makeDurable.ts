import { Problem } from '../domain/errors.js';
import { laneName } from '../domain/lanes.js';
import { acceptPatienceMs, slowStartPatienceMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { isTemporalAway } from '../lives/isTemporalAway.js';
import { startMessage } from '../lives/startMessage.js';
import { putIntoOutbox } from '../storage/outbox.js';
import type { Services } from './services.js';

/** A message's own id serves as its idempotency key, in this form: what a 503 hands back to a request without one. */
export const ownKeyPrefix = 'message:';
const retryAfterSeconds = 2;

/**
 * Makes a message durable before it is acknowledged: by the start of its workflow, or, where Temporal does not commit that in
 * good time, as a row of the backup queue, from which a relay starts the workflow. The start that is under way is left to
 * itself: it may bring the first task with it, which would be lost for ten seconds; the relay's then meets it and is refused.
 * Answers `known` where the message has a workflow already; throws Problem `unavailable`, with the key to retry with, where
 * neither Temporal nor Postgres takes it.
 */
export async function makeDurable(
  services: Services,
  message: OutboundMessage,
  idempotencyKey: string | undefined,
): Promise<'started' | 'kept' | 'known'> {
  const { temporalHealth } = services;
  if (!temporalHealth.isAway) {
    const started = await startInGoodTime(services, message).catch((error: unknown) => {
      if (!isTemporalAway(error)) throw notAccepted(services, message, idempotencyKey, error);
      void temporalHealth.suspect();
    });
    if (started !== undefined) return started ? 'started' : 'known';
  }
  try {
    // In this order: a row of the queue without its message is dropped by the relay, a message without its row would wait for the sweeper.
    await putIntoOutbox(services.database, message);
    const { samePayload } = await services.store.persist(message);
    refuseOtherPayload(samePayload);
    accepted(services, message, 'outbox');
    services.logger.info({ event: 'message.kept_for_later', workspaceId: message.workspaceId, messageId: message.messageId });
    return 'kept';
  } catch (error) {
    throw error instanceof Problem ? error : notAccepted(services, message, idempotencyKey, error);
  }
}

function accepted({ telemetry }: Services, { priority, acceptedAtMs }: OutboundMessage, by: 'workflow' | 'outbox'): void {
  telemetry.count('messages_accepted_total', { lane: priority, by });
  telemetry.time('accept_seconds', {}, Date.now() - acceptedAtMs);
}

/**
 * Whether the start made the workflow; undefined where Temporal is away, or takes longer than `slowStartPatienceMs` to say so.
 * One that is only slow is waited for: what goes by the backup queue costs it twice, and it would get slower still.
 */
async function startInGoodTime(services: Services, message: OutboundMessage): Promise<boolean | undefined> {
  const { temporal, temporalHealth, hasEagerRoom, starts } = services;
  return starts.run(laneName(message), async () => {
    if (temporalHealth.isAway) return undefined;
    const starting = startMessage(temporal, message, { eager: hasEagerRoom() });
    let started = await within(acceptPatienceMs, starting);
    if (started === undefined && (await temporalHealth.suspect())) started = await within(slowStartPatienceMs - acceptPatienceMs, starting);
    if (started === undefined) starting.catch(() => undefined);
    if (started) accepted(services, message, 'workflow');
    return started;
  });
}

/** What the work comes to, or undefined where it takes longer than `patienceMs`; it goes on then. */
async function within<T>(patienceMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Throws Problem `idempotency_key_reused` unless the payload is that of the message which has the key. */
export function refuseOtherPayload(same: boolean): void {
  if (same) return;
  throw new Problem(
    'idempotency_key_reused',
    'a message with other content was accepted under this idempotency key: repeat the same request, or use a new key',
  );
}

/** That nobody knows whether the message is durable, and what to repeat the request with. */
export function notAccepted(
  { logger }: Services,
  { workspaceId, messageId }: OutboundMessage,
  idempotencyKey: string | undefined,
  error: unknown,
): Problem {
  logger.error({ event: 'message.accept_failed', workspaceId, messageId, error: String(error) });
  return new Problem(
    'unavailable',
    'the message could not be stored in time, and whether it was accepted is not known: send the same request again with this Idempotency-Key',
    { retryAfterSeconds, idempotencyKey: idempotencyKey ?? ownKeyPrefix + messageId },
  );
}
