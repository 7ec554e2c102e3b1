import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putOldMessages } from '../../bench/oldMessages.js';
import { type ObjectServer, objectServerMissing, startObjectServer } from '../../local/objectServer.js';
import { archiving, oldWeeks, wholeConversation, withoutPlace } from '../support/archiving.js';
import { sql, testDirectory } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Lie, type LyingStore, startLyingStore } from '../support/lyingStore.js';
import { type System, startSystem } from '../support/system.js';

const missing = objectServerMissing();
if (missing) process.stdout.write(`the tests of an S3 that lies are skipped: ${missing}\n`);

/** What a store does to a week, and what is said of it. */
const faults: [Lie, RegExp][] = [
  ['swallow', /has no bytes/],
  ['alter', /has other bytes than were written/],
  ['refuse', /HTTP 403/],
  ['full', /HTTP 507/],
];
const weeks = oldWeeks(faults.length + 1);
const honest = weeks.at(-1) as { week: string; start: Date };

let objects: ObjectServer;
let store: LyingStore;
let system: System;
let archive: Awaited<ReturnType<typeof archiving>>;
let conversation: string;
let before: any[];

(missing ? describe.skip : describe)('an S3 that does not do what it says', () => {
  beforeAll(async () => {
    const directory = path.join(testDirectory(), `lying-${Date.now()}`);
    mkdirSync(directory);
    objects = await startObjectServer({ directory, say: (text) => process.stdout.write(`${text}\n`) });
    store = await startLyingStore(objects.env.S3_ENDPOINT);
    system = await startSystem({ env: { ...objects.env, S3_ENDPOINT: store.url } });
    archive = await archiving(system);
    for (const { start } of weeks)
      await putOldMessages(system.databaseUrl, {
        workspaceIds: [system.workspace.id],
        weekStart: start,
        conversations: 2,
        messagesEach: 10,
      });
    const [found] = await sql<{ contact_id: string }>(
      system.databaseUrl,
      'select contact_id from message where workspace_id = $1 limit 1',
      [system.workspace.id],
    );
    conversation = found?.contact_id as string;
    before = await wholeConversation(system, conversation);
    weeks.slice(0, -1).forEach(({ week }, index) => void store.lies.set(week, (faults[index] as [Lie, RegExp])[0]));
  }, 240_000);
  afterAll(async () => {
    await archive?.close();
    await system?.stop();
    await store?.close();
    await objects?.stop();
  }, 60_000);

  const all = async () => (await wholeConversation(system, conversation)).map(withoutPlace);
  const troubleOf = async (week: string) => (await archive.states()).find((one) => one.week === week);

  it.each(faults.map(([lie, said], index) => [lie, said, (weeks[index] as { week: string }).week] as const))(
    'but would %s: it is said, and nothing is dropped; once it does, the week is archived',
    async (lie, said, week) => {
      const failing = await archive.startWeek(week);
      const seen = await eventually(async () => {
        const state = await troubleOf(week);
        return state?.trouble ? state : undefined;
      }, 30_000);
      expect(seen.trouble).toMatch(said);
      expect(seen.state).toBe('detaching');
      expect(await archive.partitions(week)).toHaveLength(4);
      expect(await all()).toEqual(before.map(withoutPlace));
      store.lies.delete(week);
      // A lie ends the run: the next one writes anew. What was refused is tried again by the same one.
      if (lie === 'swallow' || lie === 'alter') {
        await expect(failing.result()).rejects.toThrow();
        await (await archive.startWeek(week)).result();
      } else await failing.result();
      expect(await troubleOf(week)).toMatchObject({ state: 'archived', trouble: null });
      expect(await archive.partitions(week)).toEqual([]);
      expect(await all()).toEqual(before.map(withoutPlace));
    },
    60_000,
  );

  it('of what it once had: a page says that it can not be read, instead of leaving something out', async () => {
    await (await archive.startWeek(honest.week)).result();
    store.lies.set(honest.week, 'vanish');
    // This server remembers what it has read of other weeks, and nothing of this one.
    const page = await system.request('GET', `/v1/conversations/${conversation}/messages?limit=100`);
    expect(page).toMatchObject({ status: 500, body: { code: 'archive_damaged' } });
    store.lies.delete(honest.week);
    expect(await all()).toEqual(before.map(withoutPlace));
  }, 60_000);
});
