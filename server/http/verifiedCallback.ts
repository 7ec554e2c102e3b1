import type { Request } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { SmsProvider } from '../../providers/provider.js';
import type { Workspace } from '../../storage/workspaces.js';
import type { Services } from '../services.js';

// One text for an unknown workspace, a bad signature and a foreign account: nothing is learned by trying.
export const rejected = () => new Problem('callback_rejected', 'the signature does not belong to this URL and account');

export interface VerifiedCallback {
  workspace: Workspace;
  provider: SmsProvider;
  form: Record<string, string>;
}

/** A provider's callback to a workspace, signed by one of the workspace's own accounts. Throws Problem `callback_rejected` for any other. */
export async function verifiedCallback(services: Services, request: Request): Promise<VerifiedCallback> {
  const workspaceId = String(request.params.workspaceId);
  const workspace = isUuid(workspaceId) ? await services.workspaces.find(workspaceId) : undefined;
  const form = formOf(request.body);
  const signature = request.get('x-twilio-signature') ?? '';
  const url = services.publicBaseUrl + request.originalUrl;
  for (const account of workspace?.accounts ?? []) {
    const provider = account.accountSid === form.AccountSid ? services.providers.get(account.provider) : undefined;
    if (workspace && provider?.verifyCallback(account, { url, signature, form })) return { workspace, provider, form };
  }
  throw rejected();
}

function formOf(body: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(body ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join() : String(value)]));
}
