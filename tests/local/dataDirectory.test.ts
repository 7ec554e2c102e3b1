import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataDirectory } from '../../local/dataDirectory.js';

let root: string;
beforeEach(() => {
  root = path.join(mkdtempSync(path.join(tmpdir(), 'postrider-data-')), 'data');
});
afterEach(() => rmSync(path.dirname(root), { recursive: true }));

describe('the data folder', () => {
  test('keeps its key and its ports between starts, for its owner alone', () => {
    const first = openDataDirectory(root);
    first.settings.ports = { postgres: 5_499 };
    first.save();
    first.release();
    const second = openDataDirectory(root);
    expect(second.settings).toEqual(first.settings);
    expect(Buffer.from(second.settings.encryptionKey, 'base64')).toHaveLength(32);
    expect(statSync(path.join(root, 'settings.json')).mode & 0o777).toBe(0o600);
    second.release();
  });

  test('names the one who runs on it', () => {
    const data = openDataDirectory(root);
    expect(() => openDataDirectory(root)).toThrow(
      `Postrider already runs on ${root} (pid ${process.pid}): stop it, or use another folder with --data DIR`,
    );
    data.release();
  });

  test('gets no new key where the old one can not be read', () => {
    openDataDirectory(root).release();
    writeFileSync(path.join(root, 'settings.json'), '{"encryptionKey": "');
    expect(() => openDataDirectory(root)).toThrow(/settings\.json can't be read .*mend it/);
    // The failure has not left the folder locked.
    rmSync(path.join(root, 'settings.json'));
    openDataDirectory(root).release();
  });
});
