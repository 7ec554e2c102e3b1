import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditKeyOverlapMs } from '../../domain/auditLimits.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { LocalObjectStore } from '../../platform/objectStore/localObjectStore.js';
import { anchorKeysOf, handOverAnchorKeys } from '../../storage/anchorKeys.js';
import { readAnchors, writeAnchor } from '../../storage/auditAnchors.js';

const [first, second, third] = [1, 2, 3].map((seed) => Buffer.alloc(32, seed)) as [Buffer, Buffer, Buffer];
const head = (seq: number) => ({ workspaceId: '0192f0c1-0000-7000-8000-00000000000a', seq, hash: String(seq).repeat(64) });
const at = (hours: number) => new Date(Date.UTC(2026, 10, 1, hours));

let directory: string;
let objects: LocalObjectStore;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'anchors-'));
  objects = new LocalObjectStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true }));

const anchor = async (keys: MasterKeys, hours: number) => writeAnchor(objects, await anchorKeysOf(objects, keys), at(hours), [head(hours)]);
const seen = async (keys: MasterKeys) =>
  (await readAnchors(objects, await anchorKeysOf(objects, keys), 'all', at(100))).map(({ seq }) => seq);

describe('anchors of the audit', () => {
  it('are verified after rotations, without the master keys of before, and go on on the same day', async () => {
    await anchor(new MasterKeys(first), 1);
    const rotating = new MasterKeys(second, [first]);
    expect(await seen(rotating)).toEqual([1]);
    // Repeated, as an activity may be.
    for (const hours of [2, 3]) await handOverAnchorKeys(objects, rotating, at(hours));
    await anchor(new MasterKeys(second), 4);
    expect(await seen(new MasterKeys(second))).toEqual([1, 4]);
    await handOverAnchorKeys(objects, new MasterKeys(third, [second]), at(30));
    await anchor(new MasterKeys(third), 31);
    expect(await seen(new MasterKeys(third))).toEqual([1, 4, 31]);
  });

  it('are not believed under a key that was never handed over', async () => {
    await anchor(new MasterKeys(first), 1);
    await expect(seen(new MasterKeys(second))).rejects.toThrow(/written under another ENCRYPTION_KEY/);
  });

  it('are not believed where a key of before signs them after it was laid aside', async () => {
    await handOverAnchorKeys(objects, new MasterKeys(second, [first]), at(1));
    const hours = auditKeyOverlapMs / 3_600_000;
    await anchor(new MasterKeys(first), hours);
    expect(await seen(new MasterKeys(second))).toEqual([hours]);
    await anchor(new MasterKeys(first), hours + 26);
    await expect(seen(new MasterKeys(second))).rejects.toThrow(/was changed/);
  });

  it('are not believed again where a later rotation still knows a key that was laid aside', async () => {
    await handOverAnchorKeys(objects, new MasterKeys(second, [first]), at(1));
    await anchor(new MasterKeys(first), 60);
    await handOverAnchorKeys(objects, new MasterKeys(third, [first, second]), at(61));
    await expect(seen(new MasterKeys(third))).rejects.toThrow(/was changed/);
  });

  it('say which key for them was exchanged', async () => {
    await anchor(new MasterKeys(first), 1);
    await handOverAnchorKeys(objects, new MasterKeys(second, [first]), at(2));
    for await (const { key } of objects.list('audit/keys/')) {
      await objects.delete(key);
      await objects.put(key, Buffer.from(new MasterKeys(second).seal('elsewhere', Buffer.from('{}'))));
    }
    await expect(seen(new MasterKeys(second))).rejects.toThrow(/the key audit\/keys\/.+ can not be opened/);
  });
});
