import { abandonedAfterMs } from '../domain/archiveLimits.js';
import { noticeOfMessage } from '../domain/notifications.js';
import { abandonParked } from '../storage/abandonParked.js';
import { databaseNowMs } from '../storage/databaseClock.js';
import type { ArchiveDependencies } from './archiveStep.js';

/**
 * Ends what was parked for too long, and tells of it: else it would hold its week for ever.
 *
 * @param week only its messages, those that were dismissed too; epoch milliseconds
 */
export async function abandonOld(
  { database, store, logger }: Pick<ArchiveDependencies, 'database' | 'store' | 'logger'>,
  week?: { startMs: number; endMs: number },
): Promise<void> {
  const abandoned = await abandonParked(database, new Date((await databaseNowMs(database)) - abandonedAfterMs), week);
  await Promise.all(
    abandoned.map(async (ref) => {
      const notice = noticeOfMessage(ref, 'failed', { code: 'abandoned', message: '' });
      if (notice) await store.notify(notice);
    }),
  );
  if (abandoned.length > 0) logger.warn({ event: 'archive.abandoned', messages: abandoned.length });
}
