import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../platform/logger.js';
import { SettingsWatch } from '../../platform/settingsWatch.js';
import { ContactKeys } from '../../storage/contactKeys.js';
import { Contents, type Sealable, type Sealed } from '../../storage/contents.js';
import { createTestKeys, type TestKeys } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const workspaceId = randomUUID();

let own: TestDatabase;
let keys: TestKeys;

beforeAll(async () => {
  own = await createTestDatabase();
  keys = await createTestKeys(own.url);
}, 30_000);
afterAll(async () => {
  await keys.close();
  await own.drop();
});

const messageTo = (contactId: string, body: string): Sealable & { kind: 'message' } => ({
  kind: 'message',
  workspaceId,
  contactId,
  id: randomUUID(),
  value: { body, mediaUrls: ['https://example.com/a.png'], metadata: { campaign: 'spring' } },
});

async function sealedAll(messages: (Sealable & { kind: 'message' })[], contents = keys.contents): Promise<Sealed<'message'>[]> {
  const bytes = await contents.seal(messages);
  return messages.map(({ value: _value, ...place }, index) => ({ ...place, sealed: bytes[index] as Buffer }));
}

const sealed = async (one: Sealable & { kind: 'message' }, contents = keys.contents) =>
  (await sealedAll([one], contents))[0] as Sealed<'message'>;

const erase = (contactId: string) => sql(keys.url, 'delete from contact_key where contact_id = $1', [contactId]);

describe('the contents of a message', () => {
  it('are sealed so that nothing of them can be read, and open again as they were', async () => {
    const message = messageTo(randomUUID(), 'the canary sings');
    const stored = await sealed(message);
    expect(stored.sealed.toString('latin1')).not.toMatch(/canary|example|spring/);
    expect(await keys.contents.open([stored, null])).toEqual([message.value, null]);
  });

  it('open in their own row and nowhere else', async () => {
    const stored = await sealed(messageTo(randomUUID(), 'moved'));
    await expect(keys.contents.open([{ ...stored, id: randomUUID() }])).rejects.toThrow('does not belong here');
    await expect(keys.contents.open([{ ...stored, kind: 'contact' as never }])).rejects.toThrow('does not belong here');
    stored.sealed.writeUInt8(stored.sealed.readUInt8(20) ^ 1, 20);
    await expect(keys.contents.open([stored])).rejects.toThrow('damaged');
  });

  it('of many contacts are sealed with one look-up, each by a key of its own, whoever comes first', async () => {
    const contacts = Array.from({ length: 50 }, () => randomUUID());
    const others = Array.from(
      { length: 4 },
      () => new Contents(new ContactKeys(keys.database, () => Promise.resolve(Buffer.alloc(32, 3)))),
    );
    const all = await Promise.all(
      others.map((contents) =>
        sealedAll(
          contacts.map((contactId) => messageTo(contactId, 'at once')),
          contents,
        ),
      ),
    );
    for (const each of all) expect((await keys.contents.open(each)).map((opened) => opened?.body)).toEqual(contacts.map(() => 'at once'));
    const stored = await sql(keys.url, 'select distinct wrapped_key from contact_key where contact_id = any($1)', [contacts]);
    expect(stored).toHaveLength(50);
  });

  it('are gone at once for whoever hears of the erasure, and for all others with the next look-up', async () => {
    const contactId = randomUUID();
    const stored = await sealed(messageTo(contactId, 'to be forgotten'));
    const elsewhere = new ContactKeys(keys.database, () => Promise.resolve(Buffer.alloc(32, 3)));
    const contents = new Contents(elsewhere);
    const watch = new SettingsWatch(keys.url, createLogger('silent'), 'contact_erased');
    watch.onChange((contact) => elsewhere.forget(contact));
    await eventually(() => watch.isLive);
    expect((await contents.open([stored]))[0]?.body).toBe('to be forgotten');
    await erase(contactId);
    await eventually(async () => (await contents.open([stored]))[0] === null);
    await watch.close();

    // A new message to the same contact gets a new key, which opens nothing of before.
    const later = await sealed(messageTo(contactId, 'a new beginning'), contents);
    expect((await contents.open([stored, later])).map((opened) => opened?.body)).toEqual([undefined, 'a new beginning']);
  });

  it('are not sealed under a key that nobody has any more', async () => {
    const contactId = randomUUID();
    expect(await keys.contents.sealKnown([messageTo(contactId, 'late news'), null])).toEqual([null, null]);
    expect(await sql(keys.url, 'select 1 from contact_key where contact_id = $1', [contactId])).toEqual([]);
  });

  it('can not be read by another workspace, nor without its key', async () => {
    const stored = await sealed(messageTo(randomUUID(), 'mine'));
    expect(await keys.contents.open([{ ...stored, workspaceId: randomUUID() }])).toEqual([null]);
    const stranger = new Contents(new ContactKeys(keys.database, () => Promise.resolve(Buffer.alloc(32, 4))));
    await expect(stranger.open([stored])).rejects.toThrow("not wrapped by its workspace's key");
  });
});
