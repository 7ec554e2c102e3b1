import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArchivedFile, archiveFormatVersion, type Column, type Manifest, type TextRow } from '../../domain/archive.js';
import { LocalObjectStore } from '../../platform/objectStore/localObjectStore.js';
import type { ObjectStore } from '../../platform/objectStore/objectStore.js';
import { Archive } from '../../storage/archive/archive.js';
import { proveFile, writeFile } from '../../storage/archive/archiveFiles.js';
import type { ArchiveWeek } from '../../storage/archive/archiveWeeks.js';

const columns: Column[] = [
  { name: 'workspace_id', kind: 'uuid' },
  { name: 'created_at', kind: 'time' },
  { name: 'id', kind: 'uuid' },
  { name: 'contact_id', kind: 'uuid' },
  { name: 'body', kind: 'text' },
];
const workspaces = Array.from({ length: 20 }, () => randomUUID()).sort();
/** The same in every workspace: only the workspace tells their conversations apart. */
const contacts = Array.from({ length: 5 }, () => randomUUID()).sort();
const startMs = Date.UTC(2026, 7, 17);

/** 20 workspaces with 5 conversations of 30 messages each, newest first, three messages at the same time. */
const rows = workspaces.flatMap((workspaceId) =>
  contacts.flatMap((contactId) =>
    Array.from({ length: 30 }, (_, n) => ({ at: startMs + Math.floor(n / 3) * 1_000, id: randomUUID() }))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      .map(({ at, id }): TextRow => [workspaceId, String(at * 1_000), id, contactId, `of ${workspaceId}`]),
  ),
);
async function* groups(of: TextRow[] = rows): AsyncIterable<TextRow[]> {
  for (let start = 0; start < of.length; start += 400) yield of.slice(start, start + 400);
}

let directory: string;
let store: LocalObjectStore;
let file: ArchivedFile;
let week: ArchiveWeek;

async function manifestOf(files: ArchivedFile[], more: Partial<Manifest> = {}): Promise<ArchiveWeek> {
  const span = { startsAt: new Date(startMs).toISOString(), endsAt: new Date(startMs + 1).toISOString() };
  const manifest: Manifest = { formatVersion: archiveFormatVersion, week: '2026-W34', generation: 1, ...span, files, ...more };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const key = `weeks/2026-W34/g1/manifest-${randomUUID()}.json`;
  await store.put(key, bytes);
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
  const about = {
    week: '2026-W34',
    startMs,
    endMs: startMs + 1,
    state: 'archived',
    generation: 1,
    manifestKey: key,
    manifestSha256,
  } as const;
  return { ...about, rows: 0, bytes: 0, held: null, trouble: null, updatedMs: 0 };
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'postrider-archive-'));
  store = new LocalObjectStore(directory);
  file = await writeFile(store, { table: 'message', key: 'weeks/2026-W34/g1/message.parquet', columns }, groups());
  week = await manifestOf([file]);
});
afterAll(() => rmSync(directory, { recursive: true }));

const end = { at: new Date(Date.UTC(9999, 0)), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const parsed = (found: string[]) =>
  found.map((row) => JSON.parse(row) as { workspace_id: string; contact_id: string; id: string; created_at: string });

describe('a week of many workspaces in one file', () => {
  it('answers a workspace with its own rows only, although others’ lie in the same groups', async () => {
    expect(file.groups.length).toBeLessThan(workspaces.length);
    const archive = new Archive(store);
    for (const workspaceId of workspaces) {
      for (const contactId of contacts) {
        const found = parsed(await archive.messagesBefore(week, [workspaceId, contactId], end, 1_000));
        expect(found).toHaveLength(30);
        expect(found.every((row) => row.workspace_id === workspaceId && row.contact_id === contactId)).toBe(true);
      }
    }
  });

  it('has none for a workspace that is not in it, nor one’s message for another', async () => {
    const archive = new Archive(store);
    expect(await archive.messagesBefore(week, [randomUUID(), contacts[0] as string], end, 10)).toEqual([]);
    const [owner, , stranger] = workspaces as [string, string, string];
    const [, micros, id] = rows.find(([workspaceId]) => workspaceId === owner) as [string, string, string];
    const atMs = Number(micros) / 1_000;
    expect(JSON.parse((await archive.messageAt(week, owner, atMs, id)) as string)).toMatchObject({ id, workspace_id: owner });
    expect(await archive.messageAt(week, stranger, atMs, id)).toBeUndefined();
    expect(await archive.rowsAt(week, 'message', [stranger, contacts[0] as string])).toHaveLength(30);
  });

  it.each([1, 7, 30, 100])('is paged by %i without a gap or a double, also where times are the same', async (limit) => {
    const archive = new Archive(store);
    const place: [string, string] = [workspaces[3] as string, contacts[2] as string];
    const found: string[] = [];
    for (let before = end; ; ) {
      const page = parsed(await archive.messagesBefore(week, place, before, limit));
      found.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (!last) break;
      before = { at: new Date(last.created_at), id: last.id };
    }
    expect(found).toEqual(rows.filter((row) => row[0] === place[0] && row[3] === place[1]).map((row) => row[2]));
  });

  it('is read by ranges: of a conversation one group, and what describes the file, once', async () => {
    let bytesRead = 0;
    const archive = new Archive(store, (bytes) => (bytesRead += bytes));
    const place: [string, string] = [workspaces[3] as string, contacts[2] as string];
    await archive.messagesBefore(week, place, end, 50);
    const first = bytesRead;
    await archive.messagesBefore(week, place, end, 50);
    const again = bytesRead - first;
    const widest = Math.max(...file.groups.map(({ start, endExclusive }) => endExclusive - start));
    expect(again).toBeLessThanOrEqual(2 * widest);
    expect(again).toBeLessThan(file.bytes / 2);
  });
});

describe('a file that was written', () => {
  const proving = (of: ObjectStore, source = groups()) => proveFile(of, file, source);
  /** The same store, which gives back something else. */
  const lying = (over: Partial<ObjectStore>): ObjectStore =>
    Object.assign(Object.create(LocalObjectStore.prototype), new LocalObjectStore(directory), over);

  it('is proved by its bytes and by every row of its source', async () => {
    await expect(proving(store)).resolves.toBeUndefined();
  });

  it('is not proved where a row of the source is another, is missing, or is there too many', async () => {
    const changed = rows.map((row, index) => (index === 2_345 ? [...row.slice(0, 4), 'another text'] : row));
    await expect(proving(store, groups(changed))).rejects.toThrow('has another row 2346 than its source');
    await expect(proving(store, groups(rows.slice(0, -1)))).rejects.toThrow('has another row 3000 than its source');
    await expect(proving(store, groups([...rows, rows[0] as TextRow]))).rejects.toThrow('has 3000 rows, its source has more');
  });

  it('is not proved where the store said OK and has nothing, too little, or other bytes', async () => {
    await expect(proving(lying({ head: async () => undefined }))).rejects.toThrow('has no bytes');
    await expect(proving(lying({ head: async () => ({ bytes: file.bytes - 1 }) }))).rejects.toThrow(`has ${file.bytes - 1} bytes`);
    const flipped: ObjectStore['get'] = async (key, range) => {
      const bytes = Buffer.from(await store.get(key, range));
      if (bytes.length > 500) bytes[400] = (bytes[400] as number) ^ 1;
      return bytes;
    };
    await expect(proving(lying({ get: flipped }))).rejects.toThrow('has other bytes than were written');
    const reading = new Archive(lying({ get: flipped })).messagesBefore(week, [workspaces[0] as string, contacts[0] as string], end, 10);
    await expect(reading).rejects.toThrow(/is not the manifest|has other bytes/);
    const short: ObjectStore['get'] = async (key, range) => (await store.get(key, range)).subarray(1);
    await expect(proving(lying({ get: short }))).rejects.toThrow('ends at byte');
  });
});

describe('a manifest', () => {
  it('that is not the one that was stored is not believed', async () => {
    const other = await manifestOf([file]);
    writeFileSync(path.join(directory, other.manifestKey as string), JSON.stringify({ files: [] }));
    const reading = new Archive(store).messagesBefore(other, [workspaces[0] as string, contacts[0] as string], end, 10);
    await expect(reading).rejects.toThrow('is not the manifest that was stored');
  });

  it('of a format to come is refused by its number', async () => {
    const newer = await manifestOf([file], { formatVersion: archiveFormatVersion + 1 });
    const reading = new Archive(store).messagesBefore(newer, [workspaces[0] as string, contacts[0] as string], end, 10);
    await expect(reading).rejects.toThrow(`has format ${archiveFormatVersion + 1}`);
  });

  it('that is gone is missed by its name', async () => {
    const gone = { ...week, manifestKey: 'weeks/2026-W34/g1/gone.json' };
    await expect(new Archive(store).manifestOf(gone)).rejects.toMatchObject({
      failure: 'missing',
      message: expect.stringContaining('gone.json'),
    });
  });
});
