import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { checkedKey, type ObjectStore, ObjectStoreError, type ObjectStoreFailure } from './objectStore.js';

const failures: Record<string, ObjectStoreFailure> = {
  ENOENT: 'missing',
  EEXIST: 'exists',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENOTDIR: 'refused',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

/** What is being written has a name that no key can have. */
const unfinished = '.unfinished-';

function failureOf(error: unknown, key: string): ObjectStoreError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new ObjectStoreError(failures[code ?? ''] ?? 'away', `object ${key}: ${message}`, error);
}

/** A directory as an object store: files by key. For one machine, or a file system that all processes share. */
export class LocalObjectStore implements ObjectStore {
  private readonly root: string;

  constructor(directory: string) {
    this.root = path.resolve(directory);
  }

  async put(
    key: string,
    body: AsyncIterable<Uint8Array> | Uint8Array,
    { ifAbsent = false }: { ifAbsent?: boolean } = {},
  ): Promise<{ bytes: number }> {
    const file = this.fileOf(key);
    const directory = path.dirname(file);
    const temporary = path.join(directory, `${unfinished}${randomUUID()}`);
    let written = false;
    try {
      await mkdir(directory, { recursive: true });
      const bytes = await writeDurably(temporary, body);
      written = true;
      // A link fails where the name is taken, which a rename does not.
      await (ifAbsent ? link(temporary, file) : rename(temporary, file));
      await syncDirectory(directory);
      return { bytes };
    } catch (error) {
      // An error of the body is its own; one of the file system has a code.
      throw written || (error as NodeJS.ErrnoException).syscall ? failureOf(error, key) : error;
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async get(key: string, range?: { start: number; endExclusive: number }): Promise<Uint8Array> {
    try {
      const file = await open(this.fileOf(key));
      try {
        if (!range) return await file.readFile();
        const { size } = await file.stat();
        const buffer = Buffer.alloc(Math.max(0, Math.min(range.endExclusive, size) - range.start));
        let filled = 0;
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, range.start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw failureOf(error, key);
    }
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    const reading = createReadStream(this.fileOf(key), { highWaterMark: 256 * 1024 });
    try {
      for await (const chunk of reading) yield chunk as Buffer;
    } catch (error) {
      throw failureOf(error, key);
    } finally {
      reading.destroy();
    }
  }

  async head(key: string): Promise<{ bytes: number } | undefined> {
    try {
      const found = await stat(this.fileOf(key));
      return found.isFile() ? { bytes: found.size } : undefined;
    } catch (error) {
      const failure = failureOf(error, key);
      if (failure.failure === 'missing') return undefined;
      throw failure;
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await rm(this.fileOf(key), { force: true });
    } catch (error) {
      throw failureOf(error, key);
    }
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    const found: { key: string; bytes: number }[] = [];
    await this.collect('', prefix, found);
    yield* found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private async collect(directory: string, prefix: string, found: { key: string; bytes: number }[]): Promise<void> {
    const entries = await readdir(path.join(this.root, directory), { withFileTypes: true }).catch((error: unknown) => {
      const failure = failureOf(error, directory);
      if (failure.failure === 'missing') return [];
      throw failure;
    });
    for (const entry of entries) {
      const key = directory ? `${directory}/${entry.name}` : entry.name;
      // Only folders on the way to the prefix, or beneath it.
      if (entry.isDirectory() && (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`))) await this.collect(key, prefix, found);
      else if (entry.isFile() && key.startsWith(prefix) && !entry.name.startsWith(unfinished)) {
        const size = await this.head(key);
        if (size) found.push({ key, ...size });
      }
    }
  }

  private fileOf(key: string): string {
    return path.join(this.root, checkedKey(key));
  }
}

async function writeDurably(file: string, body: AsyncIterable<Uint8Array> | Uint8Array): Promise<number> {
  const handle = await open(file, 'wx', 0o640);
  try {
    let bytes = 0;
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      await handle.writeFile(chunk);
      bytes += chunk.length;
    }
    await handle.sync();
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The new name is as durable as the bytes only once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
