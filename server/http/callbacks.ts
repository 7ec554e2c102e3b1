import express, { Router } from 'express';
import { z } from 'zod';
import type { Advance } from '../../domain/advance.js';
import { Problem } from '../../domain/errors.js';
import { callbackBodyBytesMax } from '../../domain/limits.js';
import { isTerminal } from '../../domain/messageStatus.js';
import { storeAndTell } from '../../lives/storeAndTell.js';
import type { SmsProvider } from '../../providers/provider.js';
import { type CallbackSubject, isOurCallback } from '../../storage/callbackUrls.js';
import type { Workspace } from '../../storage/workspaces.js';
import { onlyMethods } from '../problemResponses.js';
import { receiveCallback } from '../receiveCallback.js';
import { uuid } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { rejected, verifiedCallback } from './verifiedCallback.js';

const query = z.object({
  message: uuid,
  stored: z.coerce.number().int().positive().max(8_640_000_000_000_000),
  attempt: z.coerce.number().int().min(1).max(100_000),
  signature: z.string().min(1),
});

const formBody = express.urlencoded({ extended: false, limit: callbackBodyBytesMax, parameterLimit: 200 });

export function callbacksRouter(services: Services): Router {
  const router = Router();
  router
    .route('/twilio/:workspaceId/status')
    .post(formBody, async (request, response) => {
      const { workspace, provider, form } = await verifiedCallback(services, request);
      const subject = query.safeParse(request.query);
      if (!subject.success) throw rejected();
      const { message: messageId, stored: createdAtMs, attempt, signature: ours } = subject.data;
      const about: CallbackSubject = { messageId, createdAtMs, attempt };
      if (!isOurCallback(workspace, about, ours)) throw rejected();

      await applyStatus(services, workspace, provider, about, form);
      response.status(204).end();
    })
    .all(onlyMethods('POST'));
  router
    .route('/twilio/:workspaceId/inbound')
    .post(formBody, async (request, response) => {
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
  workspace: Workspace,
  provider: SmsProvider,
  { messageId, createdAtMs, attempt }: CallbackSubject,
  form: Record<string, string>,
): Promise<void> {
  const { logger } = services;
  const callback = provider.parseStatusCallback(form);
  if (!callback) throw new Problem('invalid_request', 'the callback has no MessageSid, MessageStatus or AccountSid');
  const about = { workspaceId: workspace.id, messageId };
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
    receipt: form,
  };
  const advanced = await storeAndTell(services, news, workspace.errorPolicy);
  if (!advanced) throw new Problem('not_found', 'the message of this callback does not exist any more');
  if (callback.status === undefined) return;
  if (!advanced.moved && isTerminal(callback.status) && isTerminal(advanced.status) && callback.status !== advanced.status) {
    logger.warn({ event: 'callback.contradiction', ...about, attempt, kept: advanced.status, refused: callback.status });
  }
}
