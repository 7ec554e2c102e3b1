import { type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { apiKeyOldLifeMs, apiKeysMax } from '../../domain/identityLimits.js';
import { isStorable } from '../../domain/isStorable.js';
import {
  type ApiKeyRecord,
  createApiKey,
  findApiKey,
  type IssuedApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from '../../storage/issueApiKeys.js';
import { requireGrants } from '../grants.js';
import { apiKeyRequest, apiKeyRotation } from '../identitySchemas.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, callerOf, workspaceIdOf } from './authenticate.js';
import { jsonBody, optionalJsonBody } from './jsonBody.js';

/** The API keys of the workspace: made with the scopes of whoever makes them at most, rotated, revoked. Secrets are shown once. */
export function apiKeysRouter({ settings }: Services): Router {
  const router = Router();

  const stored = async (response: Response, id: string): Promise<ApiKeyRecord> => {
    const key = isStorable(id) ? await findApiKey(settings, workspaceIdOf(response), id) : undefined;
    if (!key) throw new Problem('not_found', 'this workspace has no API key with that id');
    return key;
  };

  router
    .route('/')
    .get(async (_request, response) => {
      response.json({ data: (await listApiKeys(settings, workspaceIdOf(response))).map(viewOf) });
    })
    .post(...jsonBody, async (request, response) => {
      const { name, scopes, expiresAt } = validate(apiKeyRequest, request.body);
      requireGrants(callerOf(response), scopes, 'such a key is made');
      const key = { name, scopes, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) };
      const issued = await createApiKey(settings, workspaceIdOf(response), key, { actor: actorOf(response) });
      if (!issued) throw tooMany();
      sendIssued(response, issued);
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      response.json(viewOf(await stored(response, request.params.id)));
    })
    .delete(async (request, response) => {
      const { id } = await stored(response, request.params.id);
      const revoked = await revokeApiKey(settings, workspaceIdOf(response), id, { actor: actorOf(response) });
      response.json(revoked && viewOf(revoked));
    })
    .all(onlyMethods('GET', 'DELETE'));

  router
    .route('/:id/rotate')
    .post(...optionalJsonBody, async (request, response) => {
      const { oldKeyValidSeconds, reason } = validate(apiKeyRotation, request.body);
      const key = await stored(response, request.params.id as string);
      // The new secret opens what the old one opened.
      requireGrants(callerOf(response), key.scopes, 'such a key is made');
      const lifeMs = oldKeyValidSeconds === undefined ? apiKeyOldLifeMs : oldKeyValidSeconds * 1_000;
      const byHand = { actor: actorOf(response), reason };
      const issued = await rotateApiKey(settings, workspaceIdOf(response), key.id, new Date(Date.now() + lifeMs), byHand);
      if (issued === 'full') throw tooMany();
      if (issued === 'replaced') throw new Problem('api_key_ended', 'the key was rotated before: rotate the one that took its place');
      if (issued === 'ended') throw new Problem('api_key_ended', 'the key has expired or was revoked: make a new one');
      sendIssued(response, issued);
    })
    .all(onlyMethods('POST'));

  return router;
}

const tooMany = () =>
  new Problem('too_many_api_keys', `the workspace has ${apiKeysMax} live API keys, which is as many as there may be: revoke one`);

function stateOf({ revokedAt, expiresAt }: ApiKeyRecord): 'live' | 'expired' | 'revoked' {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'live';
}

const viewOf = (record: ApiKeyRecord) => ({ ...record, state: stateOf(record) });

function sendIssued(response: Response, { record, text }: IssuedApiKey): void {
  response.set('Cache-Control', 'no-store');
  response.status(201).location(`/v1/api-keys/${record.id}`);
  response.json({ ...viewOf(record), key: text });
}
