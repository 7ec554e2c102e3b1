import express, { Router } from 'express';
import { z } from 'zod';
import type { Advance } from '../../domain/advance.js';
import { Problem } from '../../domain/errors.js';
import type { MessageRef } from '../../domain/ids.js';
import { callbackBodyBytesMax } from '../../domain/limits.js';
import { isTerminal } from '../../domain/messageStatus.js';
import { newestUnderReference } from '../../domain/sendReference.js';
import { storeAndTell } from '../../lives/storeAndTell.js';
import { inMessageTrace } from '../../platform/tracing.js';
import type { SmsProvider } from '../../providers/provider.js';
import { type CallbackSubject, isOurCallback } from '../../storage/callbackUrls.js';
import { attemptsOfMessage } from '../../storage/sendAttempts.js';
import { onlyMethods } from '../problemResponses.js';
import { receiveCallback } from '../receiveCallback.js';
import { uuid } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { rejected, type VerifiedCallback, verifiedCallback } from './verifiedCallback.js';

const query = z.object({
  message: uuid,
  stored: z.coerce.number().int().positive().max(8_640_000_000_000_000),
  attempt: z.coerce.number().int().min(1).max(100_000),
  contact: uuid.optional(),
  signature: z.string().min(1),
});

// Signatures are over the bytes as they came, so nothing reads them before.
const rawBody = express.raw({ type: () => true, limit: callbackBodyBytesMax });

/** What providers bring: the states of what was sent, and messages that come in. */
export function callbacksRouter(services: Services): Router {
  const router = Router();
  router
    .route('/:provider/:workspaceId/status')
    .post(rawBody, async (request, response) => {
      const callback = await verifiedCallback(services, request);
      const subject = query.safeParse(request.query);
      if (!subject.success) throw rejected();
      const { message: messageId, stored: createdAtMs, attempt, contact, signature: ours } = subject.data;
      const about: CallbackSubject = { messageId, createdAtMs, attempt, contactId: contact };
      if (!isOurCallback(callback.workspace, about, ours)) throw rejected();

      await inMessageTrace(messageId, 'callback', { attempt }, () => applyStatus(services, callback, about));
      response.status(204).end();
    })
    .all(onlyMethods('POST'));
  router
    .route('/:provider/:workspaceId/inbound')
    .post(rawBody, async (request, response) => {
      await receiveCallback(services, await verifiedCallback(services, request));
      // No body: nothing is answered to who wrote.
      response.status(204).end();
    })
    .all(onlyMethods('POST'));
  return router;
}

/** Reads the receipt, and has it stored and told. */
async function applyStatus(
  services: Services,
  { workspace, provider, fields }: VerifiedCallback,
  { messageId, createdAtMs, attempt: named, contactId }: CallbackSubject,
): Promise<void> {
  const { logger } = services;
  const callback = provider.parseStatusCallback(fields);
  if (!callback) throw new Problem('invalid_request', 'the callback does not say which message it is about, or how that stands');
  const about = { workspaceId: workspace.id, messageId };
  const attempt = await attemptOf(services, provider, about, named);
  if (callback.status === undefined) logger.warn({ event: 'callback.unknown_status', ...about, status: callback.providerStatus });
  const news: Advance = {
    ...about,
    createdAtMs,
    attempt,
    provider: provider.name,
    // A word we don't know proves no more than that the provider has the message; but that it does prove.
    attemptStatus: callback.status ?? 'accepted',
    messageStatus: callback.status ?? 'accepted',
    providerMessageId: callback.providerMessageId,
    error: callback.error,
    evidence: `status callback: ${callback.providerStatus}`,
    ...(contactId && { contactId }),
    receipt: fields,
  };
  const advanced = await storeAndTell(services, news, workspace.errorPolicy);
  if (!advanced) throw new Problem('not_found', 'the message of this callback does not exist any more');
  if (callback.status === undefined) return;
  if (!advanced.moved && isTerminal(callback.status) && isTerminal(advanced.status) && callback.status !== advanced.status) {
    logger.warn({ event: 'callback.contradiction', ...about, attempt, kept: advanced.status, refused: callback.status });
  }
}

/** The attempt that a report counts for: of a send that was repeated under one reference the newest, whose URL the provider may not know. */
async function attemptOf(
  { database }: Services,
  { name, capabilities }: SmsProvider,
  { workspaceId, messageId }: MessageRef,
  named: number,
): Promise<number> {
  if (!capabilities.isIdempotent) return named;
  return newestUnderReference(await attemptsOfMessage(database, workspaceId, messageId), named, name);
}
