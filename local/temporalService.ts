import { type RunningService, type ServiceOptions, startService } from './service.js';
import { ensureNamespace, temporalAnswers } from './temporalNamespace.js';
import { temporalEnvironment } from './temporalSettings.js';

/** Starts a Temporal server and waits until its namespace can be used. Throws, and leaves nothing running, where it can't. */
export async function startTemporalService(
  options: Omit<ServiceOptions, 'env' | 'pidFile' | 'isReady'> & { address: string; namespace: string },
): Promise<RunningService> {
  const { address, namespace, ...service } = options;
  const running = await startService({
    ...service,
    env: temporalEnvironment,
    pidFile: `${service.logFile}.pid`,
    isReady: () => temporalAnswers(address),
  });
  try {
    await ensureNamespace(address, namespace);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}
