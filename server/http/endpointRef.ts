import type { Response } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { WebhookRef } from '../../domain/webhooks.js';
import { workspaceIdOf } from './authenticate.js';

/** The webhook endpoint that a path names. Throws the problem `not_found` where it can be none. */
export function endpointRef(response: Response, id: string): WebhookRef {
  if (!isUuid(id)) throw noEndpoint();
  return { workspaceId: workspaceIdOf(response), endpointId: id };
}

export const noEndpoint = () => new Problem('not_found', 'this workspace has no webhook endpoint with that id');
