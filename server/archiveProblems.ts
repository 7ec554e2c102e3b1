import { Problem } from '../domain/errors.js';
import { ObjectStoreError } from '../platform/objectStore/objectStore.js';
import { ArchiveDamaged } from '../storage/archive/archiveDamaged.js';

/**
 * Reads what may lie in the archive. Throws Problem `archive_unavailable` where its store does not answer, `archive_damaged`
 * where it gives back something else than was put there: never half a page as if it were whole.
 */
export async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ArchiveDamaged || (error instanceof ObjectStoreError && error.failure === 'missing'))
      throw new Problem('archive_damaged', `${error.message}. An operator has to look into it; newer messages can be read.`);
    if (error instanceof ObjectStoreError)
      throw new Problem('archive_unavailable', 'the archive does not answer right now: newer messages can be read', {
        retryAfterSeconds: 30,
      });
    throw error;
  }
}
