import type { RequestHandler } from 'express';
import { Problem } from '../../domain/errors.js';
import { everything } from '../../domain/scopes.js';
import { idOfSid } from '../../domain/twilioSid.js';
import { equalBytes, sha256 } from '../../platform/crypto.js';
import { workspacesOfAccount } from '../../storage/providerAccounts.js';
import type { Caller } from '../callers.js';
import type { Services } from '../services.js';

/**
 * Lets in who shows, by HTTP Basic as Twilio's clients do, either the SID and auth token of the workspace's own account at Twilio, or
 * the SID of the workspace with one of its API keys. The account in the path must be that of the user name.
 */
export function authenticateAccount(services: Services): RequestHandler<{ account: string }> {
  return async (request, response, next) => {
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    const [sid = '', token = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s);
    const caller = (await ofApiKey(services, sid, token)) ?? (await ofAccount(services, sid, token));
    if (!caller)
      throw new Problem(
        'unauthorized',
        'Authenticate: use the SID and auth token of an account, or the SID of a workspace and its API key',
      );
    if (request.params.account !== sid)
      throw new Problem('not_found', `The requested resource ${request.baseUrl}${request.path} was not found`);
    Object.assign(response.locals, caller, { accountSid: sid });
    next();
  };
}

async function ofApiKey({ callers }: Services, sid: string, token: string): Promise<Caller | undefined> {
  const workspaceId = idOfSid('AC', sid);
  return workspaceId === undefined ? undefined : callers.callerOf(token, workspaceId);
}

/** Several workspaces may send by one account. Which of them is meant can't be told then: each has a SID of its own. */
async function ofAccount({ database, workspaces }: Services, sid: string, token: string): Promise<Caller | undefined> {
  if (idOfSid('AC', sid) === undefined) return undefined;
  const known = await Promise.all((await workspacesOfAccount(database, sid)).map((id) => workspaces.get(id)));
  const own = known.filter(({ accounts }) =>
    accounts.some(({ accountSid, authToken }) => accountSid === sid && equalBytes(sha256(authToken), sha256(token))),
  );
  const [workspace, another] = own;
  if (!workspace) return undefined;
  if (another) {
    const detail = 'several workspaces send by this account: use the SID of the workspace, AC and its id, with one of its API keys';
    throw new Problem('forbidden', detail);
  }
  return { workspaceId: workspace.id, actor: `account ${sid}`, scopes: [everything] };
}
