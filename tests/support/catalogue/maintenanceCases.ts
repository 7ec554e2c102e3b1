import { createLogger } from '../../../platform/logger.js';
import { MasterKeys } from '../../../platform/masterKeys.js';
import { ApiKeyUses } from '../../../storage/apiKeyUses.js';
import { chainHeads } from '../../../storage/auditChain.js';
import { openBreakers } from '../../../storage/breakers.js';
import { forgetTermsOf, gatherTerms } from '../../../storage/contactTerms.js';
import { createWorkspaces } from '../../../storage/createWorkspaces.js';
import { errorRateAlarms, errorRateTold, watchErrorRates } from '../../../storage/errorRates.js';
import { untakenMessages } from '../../../storage/inboundMessages.js';
import { beginRollups, pruneRollups, rollUpEvents } from '../../../storage/metricRollups.js';
import { openMessagesStart, quietOpenMessages, unheardMessages } from '../../../storage/openMessages.js';
import { readOutboundMessages } from '../../../storage/outboundMessages.js';
import { claimFromOutbox, outboxDepth, releaseToOutbox, removeFromOutbox } from '../../../storage/outbox.js';
import { workspacesOfAccount } from '../../../storage/providerAccounts.js';
import { claimRestoration, finishRestoration, giveBackRestoration } from '../../../storage/restoration.js';
import { unsentMessages } from '../../../storage/restoredMessages.js';
import { pruneStatusCallbacks } from '../../../storage/statusCallbacks.js';
import { collectWebhookDeliveries, dueWebhookEndpoints, pruneWebhookDeliveries } from '../../../storage/webhookDeliveries.js';
import {
  beginWordIndexes,
  dropOldWords,
  forgetWordsOf,
  forgetWordsOfMessages,
  gatherWords,
  removeUnwantedWords,
  wordIndexesBehind,
} from '../../../storage/wordIndex.js';
import { workspaceIds } from '../../../storage/workspaceIds.js';
import type { Case } from './cases.js';

const minuteMs = 60_000;

/** What sees all workspaces, by design: as role maintenance, and never asked for by a client. */
export const maintenanceCases: Record<string, Case> = {
  'apiKeyUses.ApiKeyUses': async ({ database, owner }) => {
    const uses = new ApiKeyUses(database, createLogger('silent'));
    uses.note({ workspaceId: owner.id, id: 'abcdefgh' });
    await uses.close();
  },
  'auditChain.chainHeads': ({ database }) => chainHeads(database, '00000000-0000-0000-0000-000000000000', 500),
  'contactTerms.gatherTerms': ({ database, contents, workspace }) =>
    gatherTerms({ database, contents }, () => Promise.resolve(workspace.keys.words), 200),
  'contactTerms.forgetTermsOf': ({ database, owner }) => forgetTermsOf(database, { workspaceId: owner.id, contactId: owner.contactId }),
  'createWorkspaces.createWorkspaces': ({ database, keys, world, newId }) => {
    const number = '+14155559999';
    const account = { provider: 'twilio', accountSid: 'AC', authToken: 'token', settings: {} };
    const contacts = [{ phoneNumber: number, name: 'somebody' }];
    const id = newId();
    return createWorkspaces({ database, keys, masterKeys: new MasterKeys(world.masterKey) }, [
      { id, name: 'new', senders: [number], contacts, account, apiKey: { id: 'abcdefgh', secret: 'b'.repeat(43) } },
    ]);
  },
  'inboundMessages.untakenMessages': ({ database, contents }) => untakenMessages({ database, contents }, 1_000, 500),
  'breakers.openBreakers': ({ database }) => openBreakers(database),
  'errorRates.watchErrorRates': ({ database }) => watchErrorRates(database),
  'errorRates.errorRateAlarms': ({ database }) => errorRateAlarms(database),
  'errorRates.errorRateTold': ({ database, owner }) =>
    errorRateTold(database, { workspaceId: owner.id, since: new Date(), errors: 1, ended: 1, isOver: true }),
  'metricRollups.beginRollups': ({ database }) => beginRollups(database),
  'metricRollups.rollUpEvents': ({ database }) => rollUpEvents(database),
  'metricRollups.pruneRollups': ({ database }) => pruneRollups(database),
  'openMessages.quietOpenMessages': async ({ database }) => {
    const options = { quietMs: 1_000, freshMs: minuteMs, shares: 10, share: 3, limit: 500 };
    const first = await quietOpenMessages(database, openMessagesStart, options);
    return [first, await quietOpenMessages(database, first.at(-1) ?? openMessagesStart, options)];
  },
  'openMessages.unheardMessages': ({ database }) =>
    unheardMessages(database, [{ fromMs: Date.now() - 10 * minuteMs, toMs: Date.now() - 5 * minuteMs }], 500),
  'outboundMessages.readOutboundMessages': ({ database, contents, take }) =>
    readOutboundMessages({ database, contents }, [take('queued'), take('scheduled')], 1_000),
  'outbox.claimFromOutbox': ({ database }) => claimFromOutbox(database),
  'outbox.removeFromOutbox': ({ database, workspaceId, idOf }) =>
    removeFromOutbox(database, [{ workspaceId, messageId: idOf('message', 70) }]),
  'outbox.releaseToOutbox': ({ database, workspaceId, idOf }) =>
    releaseToOutbox(database, [{ workspaceId, messageId: idOf('message', 80) }]),
  'outbox.outboxDepth': ({ database }) => outboxDepth(database),
  'restoration.claimRestoration': ({ database }) => claimRestoration(database, 1_000, 1_000),
  'restoration.giveBackRestoration': ({ database, newId }) =>
    giveBackRestoration(database, { id: newId(), backupAtMs: 0, restoredAtMs: 0 }),
  'restoration.finishRestoration': ({ database, newId }) =>
    finishRestoration(database, { id: newId(), backupAtMs: 0, restoredAtMs: 0 }, { found: 0 }),
  'restoredMessages.unsentMessages': ({ database }) => unsentMessages(database, Date.now(), openMessagesStart, 500),
  'wordIndex.beginWordIndexes': ({ database }) => beginWordIndexes(database),
  'wordIndex.wordIndexesBehind': ({ database }) => wordIndexesBehind(database, 20),
  'wordIndex.gatherWords': ({ database, contents, workspaceId, workspace }) =>
    gatherWords(
      { database, contents },
      workspace.keys.words,
      { workspaceId, seq: 0, at: new Date(Date.now() - 3_600_000), forgets: 0 },
      500,
    ),
  'wordIndex.removeUnwantedWords': ({ database }) => removeUnwantedWords(database),
  'wordIndex.forgetWordsOf': ({ database, owner }) => forgetWordsOf(database, owner.id, owner.contactId),
  'wordIndex.forgetWordsOfMessages': ({ database, owner, take }) =>
    forgetWordsOfMessages(database, owner.id, [{ ...take('delivered'), contactId: owner.contactId }]),
  'wordIndex.dropOldWords': ({ database }) => dropOldWords(database),
  'webhookDeliveries.collectWebhookDeliveries': ({ database }) => collectWebhookDeliveries(database),
  'webhookDeliveries.dueWebhookEndpoints': ({ database }) => dueWebhookEndpoints(database),
  'webhookDeliveries.pruneWebhookDeliveries': ({ database }) => pruneWebhookDeliveries(database),
  'statusCallbacks.pruneStatusCallbacks': ({ database }) => pruneStatusCallbacks(database),
  'providerAccounts.workspacesOfAccount': ({ database }) => workspacesOfAccount(database, 'canary-1'),
  'workspaceIds.workspaceIds': ({ database }) => workspaceIds(database),
  'platform.makePartitions': ({ database }) => database.makePartitions(5),
};
