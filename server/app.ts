import path from 'node:path';
import express, { type Express } from 'express';
import { projectRoot } from '../platform/projectRoot.js';
import { authorize } from './authorize.js';
import { apiHeaders } from './http/apiHeaders.js';
import { apiKeysRouter } from './http/apiKeys.js';
import { authRouter } from './http/auth.js';
import { authenticate } from './http/authenticate.js';
import { callbacksRouter } from './http/callbacks.js';
import { codecRouter } from './http/codec.js';
import { contactsRouter } from './http/contacts.js';
import { assigneesRouter, conversationsRouter } from './http/conversations.js';
import { exportFilesRouter } from './http/exportFiles.js';
import { exportsRouter } from './http/exports.js';
import { healthRouter } from './http/health.js';
import { inboxPage } from './http/inboxPage.js';
import { interventionsRouter } from './http/interventions.js';
import { limitAddress, limitCaller, limitFailures } from './http/limitRequests.js';
import { maintenanceRouter } from './http/maintenance.js';
import { messagesRouter } from './http/messages.js';
import { metricsRouter } from './http/metrics.js';
import { notificationsRouter } from './http/notifications.js';
import { peopleRouter } from './http/people.js';
import { queuesRouter } from './http/queues.js';
import { referenceRouter } from './http/reference.js';
import { nameRequest } from './http/requestId.js';
import { suppressionsRouter } from './http/suppressions.js';
import { webhookEndpointsRouter } from './http/webhookEndpoints.js';
import { workspaceRouter } from './http/workspace.js';
import { handleErrors, handleUnknownPath } from './problemResponses.js';
import type { Services } from './services.js';
import { twilioRouter } from './twilioApi/twilioRouter.js';

/** The HTTP application: API, callbacks, health, and the inbox page. */
export function createApp(services: Services): Express {
  const app = express();
  app.set('trust proxy', services.config.TRUSTED_PROXIES);
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple');
  app.use(nameRequest);

  // Callbacks come first: they are the busiest, and nobody opens them in a browser.
  app.use('/callbacks', callbacksRouter(services));
  app.use(healthRouter(services));
  app.use('/codec', codecRouter(services));
  app.use('/exports', exportFilesRouter(services));

  const v1 = express.Router();
  v1.use(...apiHeaders(services.config.CORS_ORIGINS));
  v1.use('/auth', limitAddress(services.requestLimits), authRouter(services));
  v1.use(authenticate(services.callers), limitCaller(services.requestLimits), authorize());
  v1.use('/messages', messagesRouter(services), interventionsRouter(services));
  v1.use('/queues', queuesRouter(services));
  v1.use('/metrics', metricsRouter(services));
  v1.use('/contacts', contactsRouter(services));
  v1.use('/conversations', conversationsRouter(services));
  v1.use('/assignees', assigneesRouter(services));
  v1.use('/exports', exportsRouter(services));
  v1.use('/suppressions', suppressionsRouter(services));
  v1.use('/webhook-endpoints', webhookEndpointsRouter(services));
  v1.use('/notifications', notificationsRouter(services));
  v1.use('/maintenance', maintenanceRouter(services));
  v1.use('/workspace', workspaceRouter(services));
  v1.use('/api-keys', apiKeysRouter(services));
  v1.use('/people', peopleRouter(services));
  v1.use(handleUnknownPath);
  app.use('/v1', v1, limitFailures(services.requestLimits, services.logger));

  app.use(referenceRouter());

  // Programs written for Twilio.
  app.use(twilioRouter(services));

  app.use(inboxPage(path.join(projectRoot, 'web/dist')));
  app.use(handleUnknownPath);
  app.use(handleErrors(services.logger));
  return app;
}
