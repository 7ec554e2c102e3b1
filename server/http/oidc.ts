import { type CookieOptions, type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { oidcSignInLifeMs } from '../../domain/identityLimits.js';
import { signInByIdentity } from '../../storage/sessions.js';
import { OidcFailure } from '../oidcSignIn.js';
import { onlyMethods } from '../problemResponses.js';
import { cookieOf, type RefreshCookie } from '../refreshCookie.js';
import type { Services } from '../services.js';

const transactionCookie = 'postrider_oidc';

/** Why somebody is sent back to the page without being signed in. */
type Failure = 'not_invited' | 'sign_in_refused' | 'provider_unavailable';

/** The way to the OpenID provider and back. A browser walks it, so what goes wrong is said to the page, in its fragment. */
export function oidcRouter(services: Services, refreshCookie: RefreshCookie): Router {
  const { oidc: signIn, database, logger, publicBaseUrl } = services;
  const router = Router();
  if (!signIn) {
    router.use(() => {
      throw new Problem('not_found', 'sign-in by an OpenID provider is not set up: see OIDC_ISSUER');
    });
    return router;
  }
  const cookie: CookieOptions = {
    httpOnly: true,
    // Lax: the provider's page sends the browser back.
    sameSite: 'lax',
    secure: publicBaseUrl.startsWith('https:'),
    path: '/v1/auth/oidc',
  };

  const sendBack = (response: Response, failure: Failure, error?: unknown) => {
    const cause = error instanceof OidcFailure ? error.cause : error;
    logger.warn({ event: 'oidc.failed', failure, ...(cause !== undefined && { error: String(cause) }) });
    response.redirect(302, `${publicBaseUrl}/#sign-in-failed=${failure}`);
  };
  const failureOf = (error: unknown): Failure => {
    if (!(error instanceof OidcFailure)) throw error;
    return error.kind === 'away' ? 'provider_unavailable' : 'sign_in_refused';
  };

  router
    .route('/start')
    .get(async (_request, response) => {
      try {
        const { url, transaction } = await signIn.begin();
        response.cookie(transactionCookie, transaction, { ...cookie, maxAge: oidcSignInLifeMs });
        response.redirect(302, url.href);
      } catch (error) {
        sendBack(response, failureOf(error), error);
      }
    })
    .all(onlyMethods('GET'));

  router
    .route('/callback')
    .get(async (request, response) => {
      // Good for one way back, whatever comes of it.
      response.clearCookie(transactionCookie, cookie);
      const transaction = cookieOf(request, transactionCookie);
      if (transaction === undefined) return sendBack(response, 'sign_in_refused', 'the browser brought no sign-in that it had begun');
      try {
        const person = await signIn.complete(new URL(request.originalUrl, publicBaseUrl).search, transaction);
        const begun = await signInByIdentity(database, person);
        if (!begun) return sendBack(response, 'not_invited');
        refreshCookie.set(response, begun.refreshToken);
        response.redirect(302, `${publicBaseUrl}/#signed-in`);
      } catch (error) {
        sendBack(response, failureOf(error), error);
      }
    })
    .all(onlyMethods('GET'));

  return router;
}
