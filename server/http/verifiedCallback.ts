import type { Request } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { CallbackFields, SmsProvider } from '../../providers/provider.js';
import { accountAt, type Workspace } from '../../storage/workspaces.js';
import type { Services } from '../services.js';

// One text for an unknown workspace or provider, a bad signature and a foreign account: nothing is learned by trying.
export const rejected = () => new Problem('callback_rejected', 'the signature does not belong to this URL and account');

export interface VerifiedCallback {
  workspace: Workspace;
  provider: SmsProvider;
  fields: CallbackFields;
}

/**
 * A provider's callback to a workspace, signed by the workspace's own account there. Throws Problem `callback_rejected` for
 * any other.
 */
export async function verifiedCallback(services: Services, request: Request): Promise<VerifiedCallback> {
  const { workspaceId = '', provider: name = '' } = request.params as Record<string, string>;
  const workspace = isUuid(workspaceId) ? await services.workspaces.find(workspaceId) : undefined;
  const account = workspace && accountAt(workspace, name);
  const provider = account && services.providers.get(name);
  if (!provider) throw rejected();
  const body = Buffer.isBuffer(request.body) ? request.body.toString() : '';
  const headers = Object.fromEntries(Object.entries(request.headers).map(([header, value]) => [header, [value].flat().join(',')]));
  const url = services.publicBaseUrl + request.originalUrl;
  if (!provider.verifyCallback(account, { url, headers, body, receivedAtMs: Date.now() })) throw rejected();
  const fields = provider.readCallback(body);
  if (!fields) throw new Problem('invalid_request', 'the body is not in the form in which this provider reports');
  return { workspace, provider, fields: storable(fields) };
}

/** No column can hold a NUL, and nothing is refused for one. */
function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\uFFFD') as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storable(name), storable(inner)])) as T;
}
