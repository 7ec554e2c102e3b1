import { anchorAudit } from './anchorAudit.js';
import type { ArchiveDependencies } from './archiveStep.js';
import { callWaitingMessages } from './callWaitingMessages.js';
import { cancelBatch } from './cancelBatch.js';
import { checkWeek } from './checkWeek.js';
import { closeAsUnknown } from './closeAsUnknown.js';
import { deliverDueWebhooks } from './deliverDueWebhooks.js';
import type { Dependencies, MaintenanceDependencies, WebhookDependencies } from './dependencies.js';
import { detachWeek } from './detachWeek.js';
import { dropWeek } from './dropWeek.js';
import { ensureWeeks } from './ensureWeeks.js';
import { exportPart } from './exportPart.js';
import { finishErasures } from './finishErasures.js';
import { listWeeks } from './listWeeks.js';
import { moveWeek } from './moveWeek.js';
import { persistAndReserve } from './persistAndReserve.js';
import { planArchive } from './planArchive.js';
import { pollProvider } from './pollProvider.js';
import { pollUnheardMessages } from './pollUnheardMessages.js';
import { proveTable } from './proveTable.js';
import { publishWeek } from './publishWeek.js';
import { reconcileAttempt } from './reconcileAttempt.js';
import { recordOutcome } from './recordOutcome.js';
import { redriveBatch } from './redriveBatch.js';
import { removeExpired } from './removeExpired.js';
import { removeExport } from './removeExport.js';
import { removeOldContents } from './removeOldContents.js';
import { restoreTable } from './restoreTable.js';
import { rewrapBatch } from './rewrapBatch.js';
import { sealBatch } from './sealBatch.js';
import { sendCanary } from './sendCanary.js';
import { storeLimits } from './storeLimits.js';
import { storeNews } from './storeNews.js';
import { storeTable } from './storeTable.js';
import { submitToProvider } from './submitToProvider.js';
import { sweepOpenMessages } from './sweepOpenMessages.js';
import { takeUpInbound } from './takeUpInbound.js';
import { tellStopped } from './tellStopped.js';
import { watchErrorRates } from './watchErrorRates.js';
import { withFailures } from './withFailures.js';

/** Local activities: short writes of a message's life, run inside the worker that runs its workflow. */
export function createLocalActivities(dependencies: Dependencies) {
  return {
    persistAndReserve: withFailures(persistAndReserve(dependencies)),
    storeNews: withFailures(storeNews(dependencies)),
    closeAsUnknown: withFailures(closeAsUnknown(dependencies)),
    recordOutcome: withFailures(recordOutcome(dependencies)),
    takeUpInbound: withFailures(takeUpInbound(dependencies)),
  };
}
export type LocalActivities = ReturnType<typeof createLocalActivities>;

/** Activities that talk to providers, or to many workflows: visible in the Temporal Web UI while they run, with attempts and failures. */
export function createSendActivities(dependencies: Dependencies) {
  return {
    submitToProvider: withFailures(submitToProvider(dependencies)),
    reconcileAttempt: withFailures(reconcileAttempt(dependencies)),
    pollProvider: withFailures(pollProvider(dependencies)),
    tellStopped: withFailures(tellStopped(dependencies)),
  };
}
export type SendActivities = ReturnType<typeof createSendActivities>;

/** Activities of the scheduled workflows, and of what people do to many messages. */
export function createMaintenanceActivities(dependencies: MaintenanceDependencies) {
  return {
    anchorAudit: withFailures(anchorAudit(dependencies)),
    exportPart: withFailures(exportPart(dependencies)),
    removeExport: withFailures(removeExport(dependencies)),
    sweepOpenMessages: withFailures(sweepOpenMessages(dependencies)),
    pollUnheardMessages: withFailures(pollUnheardMessages(dependencies)),
    ensureWeeks: withFailures(ensureWeeks(dependencies)),
    redriveBatch: withFailures(redriveBatch(dependencies)),
    cancelBatch: withFailures(cancelBatch(dependencies)),
    finishErasures: withFailures(finishErasures(dependencies)),
    sealBatch: withFailures(sealBatch(dependencies)),
    rewrapBatch: withFailures(rewrapBatch(dependencies)),
    removeOldContents: withFailures(removeOldContents(dependencies)),
    sendCanary: withFailures(sendCanary(dependencies)),
    watchErrorRates: withFailures(watchErrorRates(dependencies)),
    callWaitingMessages: withFailures(callWaitingMessages(dependencies)),
  };
}
export type MaintenanceActivities = ReturnType<typeof createMaintenanceActivities>;

/** The steps of the archive. */
export function createArchiveActivities(dependencies: ArchiveDependencies) {
  return {
    planArchive: withFailures(planArchive(dependencies)),
    checkWeek: checkWeek(dependencies),
    detachWeek: detachWeek(dependencies),
    storeTable: storeTable(dependencies),
    proveTable: proveTable(dependencies),
    publishWeek: publishWeek(dependencies),
    dropWeek: dropWeek(dependencies),
    removeExpired: withFailures(removeExpired(dependencies)),
    listWeeks: withFailures(listWeeks(dependencies)),
    moveWeek: moveWeek(dependencies),
    restoreTable: restoreTable(dependencies),
  };
}
export type ArchiveActivities = ReturnType<typeof createArchiveActivities>;

/** Activities that deliver to customers. */
export function createWebhookActivities(dependencies: WebhookDependencies) {
  return { deliverDueWebhooks: withFailures(deliverDueWebhooks(dependencies)) };
}
export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

/** Activities of the rateLimiter workflows. */
export function createLimiterActivities(dependencies: Pick<Dependencies, 'database' | 'temporal' | 'logger'>) {
  return { storeLimits: withFailures(storeLimits(dependencies)) };
}
export type LimiterActivities = ReturnType<typeof createLimiterActivities>;
