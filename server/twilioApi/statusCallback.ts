import { callbackOriginsMax, webhookUrlCharactersMax } from '../../domain/limits.js';
import type { StatusCallback } from '../../domain/message.js';
import { RefusedUrl } from '../../platform/publicHttp.js';
import { createCallbackEndpoint } from '../../storage/callbackEndpoints.js';
import type { Services } from '../services.js';
import { TwilioProblem } from './twilioProblem.js';

const invalidCallback = 21609;
const refused = (why: string) => new TwilioProblem(invalidCallback, `StatusCallback ${why}`);

/**
 * Where the states of a message are told, from the URL that was given with it. Calls go through the webhook endpoint of its
 * origin, which is made at the first URL of that. Throws TwilioProblem 21609 for a URL that is not called, or where nothing could
 * sign the calls.
 */
export async function statusCallbackOf(
  services: Services,
  { workspaceId, actor, accountSid }: { workspaceId: string; actor: string; accountSid: string },
  given: string,
): Promise<StatusCallback> {
  const { http, workspaces, settings } = services;
  const workspace = await workspaces.get(workspaceId);
  if (!workspace.accounts.some((account) => account.accountSid === accountSid))
    throw refused(
      'is signed by an auth token: send by the SID and auth token of the own account at Twilio. With an API key, register a webhook endpoint, by POST /v1/webhook-endpoints',
    );
  if (given.length > webhookUrlCharactersMax) throw refused(`is too long: at most ${webhookUrlCharactersMax} characters`);
  const origin = await allowed(() => http.originOf(given));
  // What follows a # is meant for Twilio: how often it is to try.
  const [url = given] = given.split('#');
  const known = workspace.callbackEndpoints.find((endpoint) => endpoint.origin === origin);
  if (known) return { endpointId: known.id, url, accountSid };

  await allowed(() => http.check(url));
  const endpointId = await createCallbackEndpoint(settings, workspaceId, origin, { actor });
  if (!endpointId)
    throw refused(
      `leads to another server: those of this workspace lead to ${callbackOriginsMax} already, which is as many as there may be. Use one of them, or delete its webhook endpoint`,
    );
  workspaces.forget(workspaceId);
  return { endpointId, url, accountSid };
}

async function allowed<T>(look: () => T | Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    throw error instanceof RefusedUrl ? refused(error.message) : error;
  }
}
