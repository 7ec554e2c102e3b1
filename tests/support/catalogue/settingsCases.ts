import { newBreaker } from '../../../domain/breaker.js';
import { notificationQuietMs } from '../../../domain/limits.js';
import { createLogger } from '../../../platform/logger.js';
import { MasterKeys } from '../../../platform/masterKeys.js';
import { ApiKeyRegister } from '../../../storage/apiKeys.js';
import { doneUnderKey, interventionsOf, noteAudit, noteAuditIn } from '../../../storage/audit.js';
import { auditPage, chainAfter, entriesAfter } from '../../../storage/auditChain.js';
import { changeBreaker } from '../../../storage/breakers.js';
import { createCallbackEndpoint } from '../../../storage/callbackEndpoints.js';
import { nameWho, setBack, versionsBefore } from '../../../storage/configurationVersions.js';
import { changeConsent } from '../../../storage/consentChange.js';
import { createApiKey, findApiKey, listApiKeys, revokeApiKey, rotateApiKey } from '../../../storage/issueApiKeys.js';
import { changeLimits, readLimits, startCooldown } from '../../../storage/limits.js';
import { countedUntil, metricSpans } from '../../../storage/metricRollups.js';
import {
  findNotification,
  lastNotified,
  listNotifications,
  markNotificationsRead,
  raiseNotifications,
} from '../../../storage/notifications.js';
import { deleteProviderAccount, putProviderAccount } from '../../../storage/providerAccounts.js';
import { ProviderHealth } from '../../../storage/providerHealth.js';
import { changeRoutes } from '../../../storage/routes.js';
import { changeSenderLimits } from '../../../storage/senderLimits.js';
import { addSender } from '../../../storage/senders.js';
import { findSuppression, listSuppressions } from '../../../storage/suppressions.js';
import { verifyAudit } from '../../../storage/verifyAudit.js';
import {
  dueWebhookDeliveries,
  listWebhookDeliveries,
  redeliverWebhook,
  storeDelivered,
  storeFailed,
  storeSkipped,
  testWebhookEndpoint,
} from '../../../storage/webhookDeliveries.js';
import {
  changeWebhookEndpoint,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  findWebhookEndpoint,
  listWebhookEndpoints,
  readWebhookTarget,
  rotateWebhookSecret,
} from '../../../storage/webhookEndpoints.js';
import { switchWordSearch, wordSearchState } from '../../../storage/wordSearch.js';
import { loadWorkspace } from '../../../storage/workspaces.js';
import type { Case } from './cases.js';
import type { Stage } from './stage.js';

const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const now = () => ({ at: new Date(Date.now() + 60_000), id: last });
const byHand = { actor: 'operator', reason: 'to see how' };
const heard = { isLive: true, onChange: () => undefined };
const endpointOf = ({ workspaceId, idOf }: Stage, number = 1) => ({ workspaceId, endpointId: idOf('endpoint', number) });
const deliveryOf = ({ idOf }: Stage, number: number) => idOf('delivery', number);

/** What is set, noted and told, by workspace. */
export const settingsCases: Record<string, Case> = {
  'apiKeys.ApiKeyRegister': ({ database, owner }) => new ApiKeyRegister(database, heard).find(owner.apiKey),
  'metricRollups.metricSpans': ({ database, owner }) =>
    metricSpans(database, owner.id, new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000), 60_000),
  'metricRollups.countedUntil': ({ database, owner }) => countedUntil(database, owner.id),
  'audit.noteAuditIn': ({ settings, workspaceId }) =>
    settings.forWorkspace(workspaceId, (transaction) => noteAuditIn(transaction, workspaceId, 'key.looked_at', byHand)),
  'issueApiKeys.createApiKey': ({ settings, workspaceId }) =>
    createApiKey(settings, workspaceId, { name: 'of the catalogue', scopes: ['messages:read'], expiresAt: null }, byHand),
  'issueApiKeys.listApiKeys': ({ settings, workspaceId }) => listApiKeys(settings, workspaceId),
  'issueApiKeys.findApiKey': ({ settings, workspaceId }) => findApiKey(settings, workspaceId, 'abcdefgh'),
  'issueApiKeys.rotateApiKey': ({ settings, workspaceId }) =>
    rotateApiKey(settings, workspaceId, 'abcdefgh', new Date(Date.now() + 60_000), byHand),
  'issueApiKeys.revokeApiKey': ({ settings, workspaceId }) => revokeApiKey(settings, workspaceId, 'abcdefgh', byHand),
  'audit.noteAudit': ({ database, workspaceId, take, newId }) =>
    noteAudit(database, { workspaceId, messageId: take('failed').messageId }, 'message.looked_at', { ...byHand, idempotencyKey: newId() }),
  'audit.doneUnderKey': ({ database, workspaceId }) => doneUnderKey(database, workspaceId, 'canary-0/77'),
  'audit.interventionsOf': ({ database, workspaceId, idOf }) => interventionsOf(database, { workspaceId, messageId: idOf('message', 770) }),
  'auditChain.auditPage': ({ database, workspaceId }) => auditPage(database, workspaceId, 1_000, 50),
  'auditChain.chainAfter': ({ database, workspaceId }) => chainAfter(database, workspaceId, 100, 50),
  'auditChain.entriesAfter': ({ database, workspaceId, idOf }) => entriesAfter(database, workspaceId, idOf('audit', 7), 50),
  'verifyAudit.verifyAudit': ({ database, workspaceId }) => verifyAudit(database, workspaceId, [], { placesMax: 50 }),
  'breakers.changeBreaker': ({ database, workspaceId }) =>
    changeBreaker(
      database,
      workspaceId,
      { scope: 'account', subject: 'twilio' },
      (breaker) => ({ ...newBreaker(breaker, Date.now()), failures: 3 }),
      {
        ...byHand,
        action: 'breaker.forced',
        details: {},
      },
    ),
  'wordSearch.wordSearchState': ({ database, workspaceId }) => wordSearchState(database, workspaceId),
  'wordSearch.switchWordSearch': ({ database, workspaceId }) => switchWordSearch(database, workspaceId, true, byHand),
  'configurationVersions.nameWho': ({ settings, workspaceId }) =>
    settings.forWorkspace(workspaceId, (transaction) => nameWho(transaction, byHand)),
  'configurationVersions.versionsBefore': ({ settings, workspaceId }) => versionsBefore(settings, workspaceId, 100, 20),
  'configurationVersions.setBack': ({ settings, workspaceId }) =>
    setBack(settings, workspaceId, { version: 1, action: 'configuration.undone' }, byHand, () => [
      { section: 'limits', name: 'burst', from: 50, to: 51 },
    ]),
  'consentChange.changeConsent': ({ database, contents, workspaceId, owner }) =>
    changeConsent(
      { database, contents },
      {
        workspaceId,
        phoneNumber: owner.contactNumber,
        contactId: owner.contactId,
        change: { meaning: 'stop', topic: 'marketing' },
        source: 'api',
        evidence: '',
        actor: 'operator',
        messageId: null,
      },
    ),
  'limits.readLimits': ({ database, workspaceId }) => readLimits(database, workspaceId),
  'limits.changeLimits': ({ database, workspaceId }) => changeLimits(database, workspaceId, { ratePerSecond: 11, burst: 51 }, 'operator'),
  'limits.startCooldown': async ({ database, workspaceId, owner }) => [
    await startCooldown(database, workspaceId, { forMs: 1_000, reason: 'to see how', actor: 'operator' }),
    await startCooldown(database, workspaceId, { senderId: owner.senderId, forMs: 1_000, reason: 'to see how', actor: 'operator' }),
  ],
  'notifications.raiseNotifications': ({ database, workspaceId }) =>
    raiseNotifications(database, [
      { workspaceId, kind: 'message.failed', subject: 'of the catalogue', summary: `quiet for ${notificationQuietMs} ms` },
    ]),
  'notifications.listNotifications': async ({ database, workspaceId }) => [
    ...(await listNotifications(database, workspaceId, 'all', now(), 50)),
    ...(await listNotifications(database, workspaceId, 'unread', now(), 50)),
  ],
  'notifications.findNotification': ({ database, workspaceId, idOf }) => findNotification(database, workspaceId, idOf('notification', 7)),
  'notifications.markNotificationsRead': async ({ database, workspaceId, idOf }) => [
    await markNotificationsRead(database, workspaceId, idOf('notification', 7), byHand),
    await markNotificationsRead(database, workspaceId, null, byHand),
  ],
  'notifications.lastNotified': ({ database, workspaceId }) => lastNotified(database, [workspaceId]),
  'providerAccounts.putProviderAccount': ({ database, workspace }) =>
    putProviderAccount(database, workspace, { provider: 'telnyx', accountSid: 'one', authToken: 'secret', settings: {} }, byHand),
  'providerAccounts.deleteProviderAccount': ({ database, workspaceId }) => deleteProviderAccount(database, workspaceId, 'twilio', byHand),
  'providerHealth.ProviderHealth': async ({ database, workspaceId }) => {
    const health = new ProviderHealth(database, createLogger('silent'));
    const of = await health.of(workspaceId);
    health.note(workspaceId, 'twilio', false);
    await health.close();
    return of('twilio');
  },
  'routes.changeRoutes': ({ database, workspaceId }) =>
    changeRoutes(database, workspaceId, { US: [{ provider: 'twilio', weight: 100, order: 1 }] }, byHand),
  'senderLimits.changeSenderLimits': ({ database, workspaceId, owner }) =>
    changeSenderLimits(database, workspaceId, [{ senderId: owner.senderId, ratePerSecond: 5, burst: 5 }], byHand),
  'senders.addSender': ({ database, workspaceId, owner }) =>
    addSender(database, workspaceId, { phoneNumber: owner.senderNumber, provider: 'telnyx' }, byHand),
  'suppressions.listSuppressions': async ({ database, contents, workspaceId }) => [
    ...(await listSuppressions({ database, contents }, workspaceId, undefined, now(), 50)),
    ...(await listSuppressions({ database, contents }, workspaceId, 'review', now(), 50)),
    ...(await listSuppressions({ database, contents }, workspaceId, 'active', now(), 50)),
  ],
  'suppressions.findSuppression': ({ database, contents, workspaceId, owner }) =>
    findSuppression({ database, contents }, workspaceId, { phoneNumber: '+12127770007', contactId: owner.contactId }, 'all'),
  'webhookDeliveries.dueWebhookDeliveries': (stage) => dueWebhookDeliveries(stage.database, endpointOf(stage), 50),
  'webhookDeliveries.storeDelivered': (stage) => storeDelivered(stage.database, endpointOf(stage), deliveryOf(stage, 3), 200),
  'webhookDeliveries.storeFailed': (stage) =>
    storeFailed(stage.database, endpointOf(stage), {
      deliveryId: deliveryOf(stage, 6),
      retryInMs: null,
      responseStatus: 410,
      error: 'gone',
      pauseMs: 0,
      disable: { reason: 'gone', isGone: true },
      notice: { workspaceId: stage.workspaceId, kind: 'webhook.disabled', subject: endpointOf(stage).endpointId, summary: 'gone' },
    }),
  'webhookDeliveries.storeSkipped': (stage) => storeSkipped(stage.database, endpointOf(stage), deliveryOf(stage, 9), 'nothing left'),
  'webhookDeliveries.listWebhookDeliveries': async (stage) => [
    ...(await listWebhookDeliveries(stage.database, endpointOf(stage), undefined, now(), 50)),
    ...(await listWebhookDeliveries(stage.database, endpointOf(stage), 'delivered', now(), 50)),
  ],
  'webhookDeliveries.testWebhookEndpoint': (stage) => testWebhookEndpoint(stage.database, endpointOf(stage, 2)),
  'webhookDeliveries.redeliverWebhook': (stage) => redeliverWebhook(stage.database, endpointOf(stage, 1), deliveryOf(stage, 300)),
  'callbackEndpoints.createCallbackEndpoint': ({ settings, workspaceId }) =>
    createCallbackEndpoint(settings, workspaceId, 'https://example.com', byHand),
  'webhookEndpoints.createWebhookEndpoint': ({ settings, workspace }) =>
    createWebhookEndpoint(settings, workspace, { url: 'https://example.com', description: '', eventTypes: ['message.delivered'] }, byHand),
  'webhookEndpoints.listWebhookEndpoints': ({ settings, workspaceId }) => listWebhookEndpoints(settings, workspaceId),
  'webhookEndpoints.findWebhookEndpoint': (stage) => findWebhookEndpoint(stage.settings, endpointOf(stage, 2)),
  'webhookEndpoints.changeWebhookEndpoint': (stage) =>
    changeWebhookEndpoint(stage.settings, endpointOf(stage, 2), { enabled: true, missed: 'skip' }, byHand),
  'webhookEndpoints.rotateWebhookSecret': (stage) =>
    rotateWebhookSecret(stage.settings, stage.workspace, endpointOf(stage, 2).endpointId, byHand),
  'webhookEndpoints.deleteWebhookEndpoint': (stage) => deleteWebhookEndpoint(stage.settings, endpointOf(stage, 3), byHand),
  'webhookEndpoints.readWebhookTarget': async (stage) => {
    // With a secret that the acting workspace can open.
    const made = await createWebhookEndpoint(
      stage.settings,
      stage.workspace,
      { url: 'https://example.com/target', description: '', eventTypes: ['message.delivered'] },
      byHand,
    );
    return readWebhookTarget(stage.database, stage.workspace, { workspaceId: stage.workspaceId, endpointId: made?.endpoint.id ?? '' });
  },
  'workspaces.loadWorkspace': async ({ database, world, owner, workspaceId }) => {
    const found = await loadWorkspace(database, new MasterKeys(world.masterKey), workspaceId);
    return found && { ...found, isOwner: found.id === owner.id };
  },
};
