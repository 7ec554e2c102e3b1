import type { Request } from 'express';
import { Problem } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { SmsProvider } from '../../providers/provider.js';
import type { ProviderAccount, Workspace } from '../../storage/workspaces.js';
import type { Services } from '../services.js';

// One text for an unknown workspace, a bad signature and a foreign account: nothing is learned by trying.
export const rejected = () => new Problem('callback_rejected', 'the signature does not belong to this URL and account');

export interface VerifiedCallback {
  workspace: Workspace & { account: ProviderAccount };
  provider: SmsProvider;
  form: Record<string, string>;
}

/** A provider's callback to a workspace, signed by the workspace's own account. Throws Problem `callback_rejected` for any other. */
export async function verifiedCallback(services: Services, request: Request): Promise<VerifiedCallback> {
  const workspaceId = String(request.params.workspaceId);
  const workspace = isUuid(workspaceId) ? await services.workspaces.find(workspaceId) : undefined;
  const account = workspace?.account;
  const provider = account && services.providers.get(account.provider);
  if (!provider) throw rejected();
  const form = formOf(request.body);
  const signature = request.get('x-twilio-signature') ?? '';
  const url = services.publicBaseUrl + request.originalUrl;
  if (!provider.verifyCallback(account, { url, signature, form }) || form.AccountSid !== account.accountSid) throw rejected();
  return { workspace: { ...workspace, account }, provider, form };
}

function formOf(body: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(body ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join() : String(value)]));
}
