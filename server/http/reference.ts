import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { etagOf, sendUnlessKnown } from '../answerWithEtag.js';
import { openapiDocument } from '../openapi/document.js';

/** Swagger UI sets styles by itself and has pictures in its style sheet. Everything else comes from here, and scripts from files. */
const secure = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  // Whoever terminates TLS decides that.
  strictTransportSecurity: false,
});

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Postrider API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <main id="reference"></main>
    <noscript>The reference needs JavaScript; <a href="/openapi.json">the document itself</a> does not.</noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/show.js"></script>
  </body>
</html>
`;

const show = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // Keys stay in the page: closing it forgets them.
  persistAuthorization: false,
});
`;

const dayS = 24 * 60 * 60;

/** /openapi.json, the document of the API, and /docs, where people read it and try it out. Nothing is fetched from elsewhere. */
export function referenceRouter(): Router {
  const text = JSON.stringify(openapiDocument());
  const etag = etagOf(text);
  const files = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  const file =
    (name: string): RequestHandler =>
    (_request, response) =>
      response.sendFile(path.join(files, name), { maxAge: dayS * 1_000 });

  const router = Router();
  // Anybody may read it: there is nothing of a workspace in it.
  router.get('/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache');
    sendUnlessKnown(response, etag, text);
  });
  const docs = express.Router();
  docs.use(secure);
  docs.get('/', (_request, response) => void response.type('html').send(page));
  docs.get('/show.js', (_request, response) => void response.type('js').send(show));
  docs.get('/swagger-ui.css', file('swagger-ui.css'));
  docs.get('/swagger-ui-bundle.js', file('swagger-ui-bundle.js'));
  router.use('/docs', docs);
  return router;
}
