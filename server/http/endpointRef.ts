import type { Response } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { WebhookRef } from '../../domain/webhooks.js';
import type { WebhookEndpoint } from '../../storage/webhookEndpoints.js';
import { workspaceIdOf } from './authenticate.js';

/** The webhook endpoint that a path names. Throws the problem `not_found` where it can be none. */
export function endpointRef(response: Response, id: string): WebhookRef {
  if (!isUuid(id)) throw noEndpoint();
  return { workspaceId: workspaceIdOf(response), endpointId: id };
}

/** Lets through an endpoint that was registered, and null. One that stands for status callbacks throws Problem `status_callbacks_endpoint`. */
export function refuseStatusCallbacks(endpoint: Pick<WebhookEndpoint, 'kind'> | null): void {
  if (endpoint?.kind !== 'statusCallbacks') return;
  const detail =
    'the endpoint stands for the StatusCallback URLs that came with messages, under the auth token of their account: it can be disabled, enabled and deleted, and it has no URL, types and secret of its own';
  throw new Problem('status_callbacks_endpoint', detail);
}

export const noEndpoint = () => new Problem('not_found', 'this workspace has no webhook endpoint with that id');
