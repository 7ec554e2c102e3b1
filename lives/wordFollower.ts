import { wordEventsPerLookMax, wordIndexesPerLookMax, wordLookEveryMs, wordsDroppedEveryMs } from '../domain/historyLimits.js';
import type { Logger } from '../platform/logger.js';
import { Lookout } from '../platform/lookout.js';
import type { Readable } from '../storage/contents.js';
import { beginWordIndexes, dropOldWords, gatherWords, removeUnwantedWords, wordIndexesBehind } from '../storage/wordIndex.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';

export interface WordFollowerSettings extends Readable {
  workspaces: WorkspaceDirectory;
  logger: Logger;
}

/**
 * Follows the events of workspaces that want to search by words, and keeps the words of what is new; removes those that are not
 * wanted any more. Whoever stores messages knows nothing of it. Several may run.
 */
export function wordFollower({ database, contents, workspaces, logger }: WordFollowerSettings): Lookout {
  let droppedAtMs = 0;
  return new Lookout({
    look: async () => {
      await beginWordIndexes(database);
      const counts: number[] = [];
      for (const cursor of await wordIndexesBehind(database, wordIndexesPerLookMax)) {
        const { keys } = await workspaces.get(cursor.workspaceId);
        counts.push(await gatherWords({ database, contents }, keys.words, cursor, wordEventsPerLookMax));
      }
      const isRemoving = await removeUnwantedWords(database);
      if (Date.now() - droppedAtMs >= wordsDroppedEveryMs) {
        droppedAtMs = Date.now();
        await dropOldWords(database);
      }
      // Where so much was found there is more.
      return isRemoving || counts.includes(wordEventsPerLookMax);
    },
    everyMs: wordLookEveryMs,
    failed: (error) => logger.warn({ event: 'words.look_failed', error: String(error) }),
  });
}
