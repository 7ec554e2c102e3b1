import { Router } from 'express';
import type { ConsentChange } from '../../domain/consent.js';
import { Problem } from '../../domain/errors.js';
import { isStorable } from '../../domain/isStorable.js';
import { toE164 } from '../../domain/phoneNumber.js';
import { tellStopped } from '../../lives/tellStopped.js';
import { findSuppression, listSuppressions } from '../../storage/suppressions.js';
import { contactIdOf } from '../../storage/workspaces.js';
import { cursorsOf } from '../cursor.js';
import { onlyMethods } from '../problemResponses.js';
import { suppressionFilter, suppressionPath, suppressionRequest, suppressionsPage } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { optionalJsonBody } from './jsonBody.js';

const noSuppression = () => new Problem('not_found', 'this workspace has no suppression of that number and topic');

/** The list of those who may not be written to: read, added to, and taken from, each change with an entry in the audit. */
export function suppressionsRouter(services: Services): Router {
  const { store, workspaces } = services;
  const router = Router();

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, cursor, state } = validate(suppressionsPage, request.query);
      const workspaceId = workspaceIdOf(response);
      const cursors = await cursorsOf(services, workspaceId, 'suppressions');
      const found = await listSuppressions(services, workspaceId, state, cursors.decode(cursor), limit + 1);
      response.json(
        cursors.page(
          found,
          limit,
          ({ createdAt, id }) => ({ at: createdAt, id }),
          (suppression) => suppression,
        ),
      );
    })
    .all(onlyMethods('GET'));

  router
    .route('/:number')
    .put(...optionalJsonBody, async (request, response) => {
      const { topic, reason } = validate(suppressionRequest, request.body);
      const workspaceId = workspaceIdOf(response);
      const { number: phoneNumber } = validate(suppressionPath, request.params);
      const { contactId, atMs } = await change(workspaceId, phoneNumber, { meaning: 'stop', topic }, reason, actorOf(response));
      void tellStopped(services, { workspaceId, contactId, stoppedAtMs: atMs }).catch((error: unknown) => {
        services.logger.warn({ event: 'suppression.tell_failed', workspaceId, error: String(error) });
      });
      response.json(await findSuppression(services, workspaceId, { phoneNumber, contactId }, topic));
    })
    .delete(async (request, response) => {
      const { topic } = validate(suppressionFilter, request.query);
      const workspaceId = workspaceIdOf(response);
      const number = request.params.number;
      if (!isStorable(number)) throw noSuppression();
      const { lifted } = await change(
        workspaceId,
        toE164(number) ?? number,
        { meaning: 'start', topic: topic ?? null },
        '',
        actorOf(response),
      );
      if (lifted.length === 0) throw noSuppression();
      response.json({ lifted });
    })
    .all(onlyMethods('PUT', 'DELETE'));

  async function change(workspaceId: string, phoneNumber: string, consent: ConsentChange, evidence: string, actor: string) {
    const { keys } = await workspaces.get(workspaceId);
    const contactId = contactIdOf(keys.contactId, phoneNumber);
    const about = { workspaceId, phoneNumber, contactId, messageId: null };
    return { contactId, ...(await store.changeConsent({ ...about, change: consent, source: 'api', evidence, actor })) };
  }

  return router;
}
