import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/errors.js';
import { secretShownCharacters, secretShownFromCharacters } from '../../domain/limits.js';
import type { Account, SmsProvider } from '../../providers/provider.js';
import { callbackPath } from '../../storage/callbackUrls.js';
import { deleteProviderAccount, putProviderAccount } from '../../storage/providerAccounts.js';
import { accountAt, type Workspace } from '../../storage/workspaces.js';
import { onlyMethods } from '../problemResponses.js';
import { reason } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, workspaceIdOf } from './authenticate.js';
import { jsonBody } from './jsonBody.js';

/** The accounts of the workspace at providers. Secrets are taken and never shown. */
export function providersRouter(services: Services): Router {
  const { database, workspaces, providers, publicBaseUrl } = services;

  const named = (request: Request): SmsProvider => {
    const name = String(request.params.provider);
    const provider = providers.get(name);
    if (!provider) throw new Problem('not_found', `there is no provider ${name}; there are ${[...providers.keys()].join(', ')}`);
    return provider;
  };
  const workspaceOf = (response: Response) => workspaces.get(workspaceIdOf(response));
  const viewOf = (workspace: Workspace, provider: SmsProvider) => {
    const account = accountAt(workspace, provider.name);
    return {
      provider: provider.name,
      configured: account !== undefined,
      account: account ? shownAccount(provider, account) : null,
      needs: Object.keys(provider.accountFields),
      capabilities: provider.capabilities,
      // Where the provider is to bring what people write.
      inboundUrl: publicBaseUrl + callbackPath(provider.name, workspace.id, 'inbound'),
    };
  };

  const router = Router();
  router
    .route('/')
    .get(async (_request, response) => {
      const workspace = await workspaceOf(response);
      // Those it has first, and of these the one first that it sends by.
      const place = (name: string) => workspace.accounts.findIndex(({ provider }) => provider === name) + 1 || Number.POSITIVE_INFINITY;
      const all = [...providers.values()].sort((a, b) => (place(a.name) < place(b.name) ? -1 : place(a.name) > place(b.name) ? 1 : 0));
      response.json({ data: all.map((provider) => viewOf(workspace, provider)) });
    })
    .all(onlyMethods('GET'));
  router
    .route('/:provider')
    .get(async (request, response) => {
      const provider = named(request);
      response.json(viewOf(await workspaceOf(response), provider));
    })
    .put(...jsonBody, async (request: Request, response: Response) => {
      const provider = named(request);
      const { account, why } = readAccount(provider, request.body);
      const workspace = await workspaceOf(response);
      await putProviderAccount(database, workspace, { provider: provider.name, ...account }, { actor: actorOf(response), reason: why });
      workspaces.forget(workspace.id);
      response.json(viewOf(await workspaceOf(response), provider));
    })
    .delete(async (request, response) => {
      const provider = named(request);
      const workspaceId = workspaceIdOf(response);
      if (!(await deleteProviderAccount(database, workspaceId, provider.name, { actor: actorOf(response) })))
        throw new Problem('not_found', `the workspace has no account at ${provider.name}`);
      workspaces.forget(workspaceId);
      response.json(viewOf(await workspaceOf(response), provider));
    })
    .all(onlyMethods('GET', 'PUT', 'DELETE'));
  return router;
}

/** Throws Problem: `credentials_missing` where a value is not given, `invalid_request` for one that can't be right. */
function readAccount({ name, accountFields }: SmsProvider, body: unknown): { account: Account; why: string | undefined } {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const missing = Object.keys(accountFields).filter((field) => given[field] === undefined || given[field] === null || given[field] === '');
  if (missing.length > 0) {
    const errors = missing.map((field) => ({ field, message: 'is required' }));
    throw new Problem('credentials_missing', `an account at ${name} needs ${missing.join(', ')}: nothing was changed`, { errors });
  }
  const schemas = Object.fromEntries(Object.entries(accountFields).map(([field, { schema }]) => [field, schema]));
  const { reason: why, ...values } = validate(z.strictObject({ ...schemas, reason }), body) as Record<string, string>;
  const account = { accountSid: '', authToken: '', settings: {} as Record<string, string> };
  for (const [field, { keptAs }] of Object.entries(accountFields)) {
    const value = values[field] ?? '';
    if (keptAs === 'setting') account.settings[field] = value;
    else account[keptAs] = value;
  }
  return { account, why };
}

function shownAccount({ accountFields }: SmsProvider, account: Account): Record<string, string | null> {
  const shown = (field: string, keptAs: 'accountSid' | 'authToken' | 'setting') => {
    if (keptAs === 'authToken') return masked(account.authToken);
    return keptAs === 'setting' ? (account.settings[field] ?? null) : account.accountSid;
  };
  return Object.fromEntries(Object.entries(accountFields).map(([field, { keptAs }]) => [field, shown(field, keptAs)]));
}

/** Enough of a secret to tell it from the one before, and too little to use it. */
function masked(secret: string): string {
  return `…${secret.length < secretShownFromCharacters ? '' : secret.slice(-secretShownCharacters)}`;
}
