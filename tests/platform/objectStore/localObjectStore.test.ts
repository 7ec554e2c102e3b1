import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalObjectStore } from '../../../platform/objectStore/localObjectStore.js';
import { describeObjectStore } from './describeObjectStore.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-objects-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('a directory as a store of objects', () => {
  describeObjectStore(() => new LocalObjectStore(directory));

  it('that is no directory says so', async () => {
    const file = path.join(directory, 'a-file');
    writeFileSync(file, '');
    const store = new LocalObjectStore(file);
    await expect(store.put('one', Buffer.from('x'))).rejects.toMatchObject({
      name: 'ObjectStoreError',
      failure: expect.stringMatching(/refused|exists/),
    });
  });
});

/** A file system of one megabyte, where this user may mount one. */
function mountSmall(): string | undefined {
  const target = mkdtempSync(path.join(tmpdir(), 'postrider-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', target], { stdio: 'ignore' });
    return target;
  } catch {
    rmdirSync(target);
    return undefined;
  }
}
const small = mountSmall();
afterAll(() => {
  if (!small) return;
  execFileSync('umount', [small]);
  rmdirSync(small);
});

// Only root may mount: elsewhere this one is skipped.
(small ? describe : describe.skip)('a directory that runs full', () => {
  it('says so, keeps no half of an object, and what was there', async () => {
    const store = new LocalObjectStore(small as string);
    await store.put('kept', Buffer.from('as it was'));
    await expect(store.put('kept', Buffer.alloc(2_000_000))).rejects.toMatchObject({ failure: 'full' });
    expect(Buffer.from(await store.get('kept')).toString()).toBe('as it was');
    expect(await store.put('next', Buffer.alloc(500_000))).toEqual({ bytes: 500_000 });
  });
});
