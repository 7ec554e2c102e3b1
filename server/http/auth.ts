import { type RequestHandler, type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { scopesOfRole } from '../../domain/roles.js';
import { endSession, refreshSession, type SignIn, signInByLink } from '../../storage/sessions.js';
import { logoutRequest, refreshRequest, signInRequest, workspacesQuery } from '../identitySchemas.js';
import { isFromOwnPage } from '../ownOrigin.js';
import { handleUnknownPath, onlyMethods } from '../problemResponses.js';
import { RefreshCookie } from '../refreshCookie.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspacesOf } from '../workspacesOf.js';
import { holderOf } from './authenticate.js';
import { jsonBody, optionalJsonBody } from './jsonBody.js';
import { oidcRouter } from './oidc.js';

type TokenPlace = 'cookie' | 'body';

/**
 * People sign in, stay signed in and sign out. The refresh token lies in a cookie that no script can read, or, for programs
 * that ask for it, in the answer.
 */
export function authRouter(services: Services): Router {
  const { database, callers, accessTokens, publicBaseUrl } = services;
  const cookie = new RefreshCookie(publicBaseUrl);
  const router = Router();

  const answer = async (
    response: Response,
    { personId, sessionId, refreshToken }: Omit<SignIn, 'refreshToken'> & { refreshToken?: string },
    place: TokenPlace,
  ) => {
    const { token, expiresAt } = await accessTokens.issue({ personId, sessionId });
    if (refreshToken !== undefined && place === 'cookie') cookie.set(response, refreshToken);
    response.json({
      accessToken: token,
      tokenType: 'Bearer',
      expiresAt: expiresAt.toISOString(),
      ...(refreshToken !== undefined && place === 'body' && { refreshToken }),
    });
  };

  router.use(noStore);

  router.use('/oidc', oidcRouter(services, cookie));

  router
    .route('/sign-in')
    .get((_request, response) => {
      response.json({ link: true, oidc: services.oidc !== undefined });
    })
    .post(...jsonBody, async (request, response) => {
      // Or another page could sign its visitor in as somebody of its own.
      if (isFromOwnPage(request, publicBaseUrl) === false) throw new Problem('forbidden', 'sign in from our own page');
      const { token, refreshTokenIn } = validate(signInRequest, request.body);
      const signIn = await signInByLink(database, token);
      if (!signIn) throw new Problem('sign_in_refused', 'the link is unknown, was used before or is over: ask for a new one');
      await answer(response, signIn, refreshTokenIn);
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/refresh')
    .post(...optionalJsonBody, async (request, response) => {
      const { refreshToken: given } = validate(refreshRequest, request.body);
      const token = given ?? cookie.read(request);
      if (token === undefined) throw new Problem('sign_in_refused', 'nobody is signed in here: no refresh token was sent');
      const refreshed = await refreshSession(database, token);
      if (refreshed.outcome === 'rotated' || refreshed.outcome === 'raced') {
        await answer(response, refreshed, given === undefined ? 'cookie' : 'body');
        return;
      }
      if (given === undefined) cookie.clear(response);
      const detail =
        refreshed.outcome === 'reused'
          ? 'the refresh token was used before, by somebody else or by you: the sign-in was ended for both, sign in again'
          : 'the sign-in has ended: sign in again';
      throw new Problem('sign_in_refused', detail);
    })
    .all(onlyMethods('POST'));

  router
    .route('/logout')
    .post(...optionalJsonBody, async (request, response) => {
      const { refreshToken: given } = validate(logoutRequest, request.body);
      const token = given ?? cookie.read(request);
      if (token !== undefined) await endSession(database, { refreshToken: token });
      else {
        const holder = await holderOf(callers, request);
        if (holder.kind === 'key')
          throw new Problem('invalid_request', 'an API key is not signed in: it is revoked by DELETE /v1/api-keys/{id}');
        await endSession(database, { sessionId: holder.sessionId });
      }
      cookie.clear(response);
      response.status(204).end();
    })
    .all(onlyMethods('POST'));

  router
    .route('/me')
    .get(async (request, response) => {
      const holder = await holderOf(callers, request);
      if (holder.kind === 'key') {
        const { id, workspaceId, scopes } = holder.key;
        const name = (await services.workspaces.get(workspaceId)).name;
        response.json({ kind: 'api-key', id, operator: false, workspaces: [{ id: workspaceId, name, role: null, scopes }] });
        return;
      }
      const { personId: id, email, isOperator, memberships } = holder.person;
      const workspaces = memberships.map(({ workspaceId, workspaceName: name, role }) => ({
        id: workspaceId,
        name,
        role,
        scopes: scopesOfRole[role],
      }));
      response.json({ kind: 'person', id, email, operator: isOperator, workspaces });
    })
    .all(onlyMethods('GET'));

  router
    .route('/workspaces')
    .get(async (request, response) => {
      const holder = await holderOf(callers, request);
      const { search } = validate(workspacesQuery, request.query);
      response.json(await workspacesOf(services, holder, search));
    })
    .all(onlyMethods('GET'));

  router.use(handleUnknownPath);
  return router;
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
