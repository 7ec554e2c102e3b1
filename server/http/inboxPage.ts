import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';

/** Names of assets have a hash of what is in them: what a name stands for never changes. */
const assetsMaxAge = '365d';

/** The inbox and the operator's room: their files, and their one document for each place in them that a person may reload. */
export function inboxPage(folder: string): RequestHandler[] {
  const secure = helmet({
    contentSecurityPolicy: {
      directives: { 'connect-src': ["'self'", 'ws:', 'wss:'], 'style-src': ["'self'"], 'upgrade-insecure-requests': null },
    },
    // Ourselves we want to be told which page a request is from; nobody else is.
    referrerPolicy: { policy: 'same-origin' },
    // Whoever terminates TLS decides that.
    strictTransportSecurity: false,
  });
  const places: RequestHandler = (request, response, next) => {
    if (request.method !== 'GET' || !/^\/(new|dashboard|conversations\/[\w-]+|operator(\/[\w/-]+)?)?$/.test(request.path)) return next();
    response.sendFile(path.join(folder, 'index.html'));
  };
  const assets = path.join(folder, 'assets');
  const router = express.Router();
  router.use('/assets', packed(assets), express.static(assets, { index: false, immutable: true, maxAge: assetsMaxAge }));
  router.use(express.static(folder, { index: 'index.html' }));
  return [secure, router, places];
}

/** Hands out what the build has packed (scripts/packBundle.mjs) to whoever takes it: a third of the bytes, and no work at run time. */
function packed(folder: string): RequestHandler {
  return (request, response, next) => {
    const name = /^\/([\w.-]+\.(?:js|css))$/.exec(request.path)?.[1];
    if (!name) return next();
    response.vary('Accept-Encoding');
    if (!request.acceptsEncodings('gzip') || !existsSync(path.join(folder, `${name}.gz`))) return next();
    request.url = `/${name}.gz`;
    response.type(path.extname(name)).set('Content-Encoding', 'gzip');
    next();
  };
}
