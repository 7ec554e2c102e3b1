import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { findContact } from '../../storage/contacts.js';
import { hotHistory } from '../../storage/history.js';
import { type SealCursor, sealRows, sealRowsStart } from '../../storage/sealRows.js';
import { listSuppressions } from '../../storage/suppressions.js';
import { contactIdOf } from '../../storage/workspaces.js';
import { createTestKeys, type TestKeys } from '../support/contents.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

const workspaceId = randomUUID();
const senderId = randomUUID();
const number = '+12125550161';
const nameOf = (_workspaceId: string, phoneNumber: string) => Promise.resolve(contactIdOf(Buffer.alloc(32, 5), phoneNumber));
const contactId = contactIdOf(Buffer.alloc(32, 5), number);
const messages = 450;
const newest = { at: new Date(Date.UTC(9999, 0)), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

let own: TestDatabase;
let keys: TestKeys;
let database: Database;

beforeAll(async () => {
  own = await createTestDatabase();
  keys = await createTestKeys(own.url);
  database = new Database(own.url, 2, createLogger('silent'));
  await sql(
    own.url,
    `insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'one', '');
     insert into sender (workspace_id, id, phone_number) values ('${workspaceId}', '${senderId}', '+12125550100');
     insert into contact (workspace_id, id, phone_number, name) values ('${workspaceId}', '${contactId}', '${number}', 'Ada');
     insert into message (workspace_id, created_at, id, contact_id, sender_id, body, media_urls, metadata, encoding, segments, status, updated_at)
     select '${workspaceId}', date_trunc('milliseconds', now()) - g * interval '1 minute', gen_random_uuid(), '${contactId}', '${senderId}', 'text ' || g,
       '{https://example.com/a.png}', '{"campaign": "spring", "note": "private"}', 'GSM-7', 1, 'delivered', now() from generate_series(1, ${messages}) g;
     insert into message_key select workspace_id, id, created_at, '' from message;
     insert into callback_receipt (workspace_id, received_at, id, message_id, attempt, provider_message_id, status, raw)
     select workspace_id, date_trunc('milliseconds', now()), gen_random_uuid(), id, 1, 'SM', 'delivered', '{"To": "${number}"}' from message limit 3;
     insert into suppression (workspace_id, phone_number, topic, id, state, source, actor) values
       ('${workspaceId}', '${number}', 'all', gen_random_uuid(), 'active', 'api', 'somebody'),
       ('${workspaceId}', '${number}', 'marketing', gen_random_uuid(), 'active', 'api', 'somebody'),
       ('${workspaceId}', '${contactId}', 'marketing', gen_random_uuid(), 'active', 'api', 'somebody later');`,
  );
}, 60_000);
afterAll(async () => {
  await database.close();
  await keys.close();
  await own.drop();
});

const readable = () => ({ database, contents: keys.contents });

async function sealAll(): Promise<number> {
  let cursor: SealCursor = sealRowsStart;
  let total = 0;
  while (cursor.table !== 'done') {
    const page = await sealRows(readable(), cursor, nameOf);
    cursor = page.cursor;
    total += page.sealed;
  }
  return total;
}

const leftReadable = `
  select 'contact' as place from contact where phone_number is not null or name is not null
  union all select 'message' from message where body is not null or media_urls <> '{}' or metadata <> '{}'
  union all select 'receipt' from callback_receipt where raw is not null
  union all select 'suppression' from suppression where phone_number ~ '^\\+'`;

describe('rows of before contacts had keys', () => {
  it('are read as they are, then sealed once, and read the same', async () => {
    const read = async () => (await hotHistory(readable())({ workspaceId, conversationId: contactId }, newest, 1_000)).messages;
    const before = await read();
    expect(before).toHaveLength(messages);
    expect(before[0]).toMatchObject({ to: number, body: 'text 1', metadata: { campaign: 'spring', note: 'private' } });

    // A contact, the messages, three receipts, and two entries of the list.
    expect(await sealAll()).toBe(1 + messages + 3 + 2);
    expect(await sql(own.url, leftReadable)).toEqual([]);
    expect(await sql(own.url, `select 1 from message where campaign is distinct from 'spring'`)).toEqual([]);
    expect(await read()).toEqual(before.map((message) => ({ ...message, campaign: 'spring' })));
    expect(await findContact(readable(), { workspaceId, contactId })).toMatchObject({ phoneNumber: number, name: 'Ada' });
    expect(await sealAll()).toBe(0);
  }, 60_000);

  it('of the list of those who opted out are found by hash afterwards; what was said twice is there once', async () => {
    const listed = await listSuppressions(readable(), workspaceId, undefined, newest, 10);
    expect(listed.map(({ topic, actor, phoneNumber }) => [topic, actor, phoneNumber]).sort()).toEqual([
      ['all', 'somebody', number],
      ['marketing', 'somebody later', null],
    ]);
  });
});
