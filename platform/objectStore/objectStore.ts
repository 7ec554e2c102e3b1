/**
 * Objects by key, written once and read by ranges: what the archive lies in. A directory of this machine
 * (localObjectStore.ts) or any S3 (s3ObjectStore.ts); one contract test runs on both.
 *
 * Keys are paths such as `message/2026w34/data.parquet`: parts of letters, digits, `.`, `_`, `=` and `-`, with slashes
 * between them.
 */
export interface ObjectStore {
  /**
   * Stores an object, whole or not at all: until this answers the key shows what it showed before.
   *
   * @param options.ifAbsent refuses with `exists` where the key has an object
   * @throws ObjectStoreError
   */
  put(key: string, body: AsyncIterable<Uint8Array> | Uint8Array, options?: { ifAbsent?: boolean }): Promise<{ bytes: number }>;
  /**
   * Reads an object, or the bytes of a range that it has.
   *
   * @throws ObjectStoreError `missing` where there is no such object
   */
  get(key: string, range?: { start: number; endExclusive: number }): Promise<Uint8Array>;
  /** Reads an object piece by piece, without holding all of it. Throws ObjectStoreError, also in the midst of it. */
  stream(key: string): AsyncIterable<Uint8Array>;
  /** The size of an object; undefined where there is none. */
  head(key: string): Promise<{ bytes: number } | undefined>;
  /** Removes an object; one that is not there is as good. */
  delete(key: string): Promise<void>;
  /** All objects whose keys begin with a prefix, in order of their keys. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
}

/**
 * Why a store did not do what it was asked: there is no such object, there is one already, it does not let us, it has no
 * room, or it could not be asked.
 */
export type ObjectStoreFailure = 'missing' | 'exists' | 'refused' | 'full' | 'away';

export class ObjectStoreError extends Error {
  constructor(
    readonly failure: ObjectStoreFailure,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ObjectStoreError';
  }
}

const keyPattern = /^(?!.*\/\/)[\w=-][\w.=-]*(\/[\w=-][\w.=-]*)*$/;

/** The key itself. Throws TypeError for one that does not lead to the same place in every store. */
export function checkedKey(key: string): string {
  if (!keyPattern.test(key) || key.length > 512) throw new TypeError(`not a key of an object: ${JSON.stringify(key)}`);
  return key;
}
