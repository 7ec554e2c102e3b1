import { ApplicationFailure } from '@temporalio/common';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { ObjectStore } from '../platform/objectStore/objectStore.js';
import { ObjectStoreError } from '../platform/objectStore/objectStore.js';
import type { Telemetry } from '../platform/telemetry.js';
import { ArchiveDamaged } from '../storage/archive/archiveDamaged.js';
import { noteTrouble } from '../storage/archive/archiveWeeks.js';
import type { MessageStore } from '../storage/messageStore.js';
import { failureOf } from './failures.js';
import { whileBeating } from './whileBeating.js';

/** What the steps of the archive need of their process. */
export interface ArchiveDependencies {
  database: Database;
  /** Undefined where the environment names none: then nothing is archived. */
  objects: ObjectStore | undefined;
  store: MessageStore;
  telemetry: Telemetry;
  logger: Logger;
  /** A week is due so long after its end, milliseconds. */
  archiveAfterMs: number;
}

/**
 * A step with a week: it beats while it works, and what goes wrong is kept with the week, for `npm run archive`, and told to
 * Temporal as it is. A store that is away is tried again; what it gave back wrong is for the next run, from the table.
 */
export function archiveStep<In extends { week: string }, Out>(
  { database, telemetry, logger }: ArchiveDependencies,
  work: (input: In) => Promise<Out>,
): (input: In) => Promise<Out> {
  return async (input) => {
    try {
      return await whileBeating(() => work(input));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      logger.error({ event: 'archive.step_failed', week: input.week, error: message });
      telemetry.count('archive_failures_total', { of: error instanceof ObjectStoreError ? error.failure : kindOf(error) });
      await noteTrouble(database, input.week, message).catch(() => undefined);
      if (error instanceof ObjectStoreError)
        throw ApplicationFailure.create({ message, type: `OBJECT_STORE_${error.failure.toUpperCase()}` });
      if (error instanceof ArchiveDamaged) throw ApplicationFailure.create({ message, type: 'ARCHIVE_DAMAGED', nonRetryable: true });
      throw failureOf(error, { tries: 1 });
    }
  };
}

const kindOf = (error: unknown) => (error instanceof ArchiveDamaged ? 'damaged' : 'other');

/** The store of the archive. Throws where this process has none. */
export function storeOf({ objects }: ArchiveDependencies): ObjectStore {
  if (!objects)
    throw new ObjectStoreError('refused', 'the archive has no place: set S3_BUCKET or ARCHIVE_DIRECTORY for the maintenance role');
  return objects;
}
