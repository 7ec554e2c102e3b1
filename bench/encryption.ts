/**
 * What sealing costs on the hot path, on a Postgres of its own: a text, a payload of a history, the keys of a batch, and the
 * statement that stores a batch, with sealing and without.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import pg from 'pg';
import type { OutboundMessage } from '../domain/message.js';
import { ensureDatabase, ensureKeysDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import type { Steps } from '../local/steps.js';
import { Database } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { MasterKeys } from '../platform/masterKeys.js';
import { SealingCodec } from '../platform/payloadCodec.js';
import { openBytes, sealBytes, sealingKey } from '../platform/sealedBytes.js';
import { ContactKeys } from '../storage/contactKeys.js';
import { Contents } from '../storage/contents.js';
import { migrate, migrateKeys } from '../storage/migrate.js';
import { persistMessages } from '../storage/persistMessages.js';

const rowsOfBatch = 200;
const workspaceId = '00000000-0000-8000-8000-00000000be9c';
const senderId = randomUUID();

/** Microseconds, each of one message; medians over rounds. */
export interface EncryptionResult {
  sealUs: number;
  openUs: number;
  codecEncodeUs: number;
  codecDecodeUs: number;
  /** A key that the process remembers; keys of a batch that it does not; keys of a batch that nobody has yet. */
  keyKnownUs: number;
  keyFoundUs: number;
  keyMadeUs: number;
  /** The statement that stores a batch: unsealed, with keys at hand, and with all contacts new. */
  persistPlainUs: number;
  persistSealedUs: number;
  persistNewUs: number;
  postgres: string;
}

export async function runEncryption({ quick, steps }: { quick: boolean; steps: Steps }): Promise<EncryptionResult> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-bench-'));
  // Postgres may run as another user and has to come in.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const postgres = await steps.run('Postgres', () =>
    startEmbeddedPostgres({ directory: path.join(directory, 'postgres'), port, logFile: path.join(directory, 'postgres.log') }),
  );
  try {
    const url = await ensureDatabase(postgres.url, 'encryption');
    const keysUrl = await ensureKeysDatabase(url);
    await migrate(url);
    await migrateKeys(keysUrl);
    return await measure(url, keysUrl, quick ? 20 : 200);
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(url: string, keysUrl: string, rounds: number): Promise<EncryptionResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`insert into workspace (id, name, wrapped_key) values ('${workspaceId}', 'bench', '')`);
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  await client.end();
  const logger = createLogger('silent');
  const [database, keys] = [new Database(url, 4, logger), new Database(keysUrl, 4, logger)];
  try {
    return {
      ...(await sealing(rounds)),
      ...(await lookUps(keys, rounds)),
      ...(await persisting(database, keys, rounds)),
      postgres: rows[0]?.version ?? '',
    };
  } finally {
    await database.close();
    await keys.close();
  }
}

/** One message of a usual length. */
function messageTo(contactId: string): OutboundMessage {
  return {
    workspaceId,
    messageId: randomUUID(),
    generation: 1,
    payloadHash: 'ab'.repeat(32),
    contactId,
    to: '+12125550101',
    senderId,
    from: '+12125550100',
    body: 'Your table for four is booked for Friday at 8 pm. Reply STOP to opt out, or call us to change it. We are looking forward to seeing you and your guests soon!',
    mediaUrls: [],
    metadata: { campaign: 'tables' },
    priority: 'normal',
    encoding: 'GSM-7',
    segments: 1,
    acceptedAtMs: Date.now(),
    validUntilMs: Date.now() + 60_000,
    closesAtMs: Date.now() + 60_000,
  };
}

const batch = (contacts = Array.from({ length: rowsOfBatch }, () => randomUUID() as string)) => contacts.map(messageTo);

/** Median of the rounds' times a message, in microseconds. The first tenth warms up. */
async function medianUs(rounds: number, of: number, work: (round: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await work(round);
    times.push(((performance.now() - startedAt) * 1_000) / of);
  }
  const counted = times.slice(Math.floor(rounds / 10)).sort((a, b) => a - b);
  return Math.round((counted[Math.floor(counted.length / 2)] as number) * 10) / 10;
}

async function sealing(rounds: number) {
  const key = sealingKey(randomBytes(32));
  const codec = new SealingCodec(new MasterKeys(randomBytes(32)));
  const messages = batch();
  const plains = messages.map(({ body, mediaUrls, metadata }) => Buffer.from(JSON.stringify({ body, mediaUrls, metadata })));
  const sealed = plains.map((plain) => sealBytes(key, 'message/bench', plain));
  const payloads = messages.map((message) => defaultPayloadConverter.toPayload(message) as Payload);
  const context = { type: 'workflow', namespace: 'bench', workflowId: `msg/${workspaceId}/1` } as const;
  const encoded = await codec.encode(payloads, context);
  const each = (work: () => unknown) => medianUs(rounds * 5, rowsOfBatch, work);
  return {
    sealUs: await each(() => plains.map((plain) => sealBytes(key, 'message/bench', plain))),
    openUs: await each(() => sealed.map((one) => openBytes(key, 'message/bench', one))),
    codecEncodeUs: await each(() => codec.encode(payloads, context)),
    codecDecodeUs: await each(() => codec.decode(encoded)),
  };
}

const wrapKey = randomBytes(32);
const newKeys = (keys: Database) => new ContactKeys(keys, () => Promise.resolve(wrapKey));

async function lookUps(keys: Database, rounds: number) {
  const contacts = batch();
  const known = newKeys(keys);
  await known.ensure(contacts);
  return {
    keyKnownUs: await medianUs(rounds, rowsOfBatch, () => known.ensure(contacts)),
    keyFoundUs: await medianUs(rounds, rowsOfBatch, () => newKeys(keys).ensure(contacts)),
    keyMadeUs: await medianUs(rounds, rowsOfBatch, () => known.ensure(batch())),
  };
}

/** Stores what it is given as it is. */
class Unsealed extends Contents {
  override seal(values: Parameters<Contents['seal']>[0]): ReturnType<Contents['seal']> {
    return Promise.resolve(values.map((one) => one && Buffer.from(JSON.stringify(one.value))));
  }
}

async function persisting(database: Database, keys: Database, rounds: number) {
  const contacts = Array.from({ length: rowsOfBatch }, () => randomUUID() as string);
  const plain = { database, contents: new Unsealed(newKeys(keys)) };
  const sealed = { database, contents: new Contents(newKeys(keys)) };
  const result = { persistPlainUs: 0, persistSealedUs: 0, persistNewUs: 0 };
  await persistMessages(sealed, batch(contacts));
  result.persistPlainUs = await medianUs(rounds, rowsOfBatch, () => persistMessages(plain, batch(contacts)));
  result.persistSealedUs = await medianUs(rounds, rowsOfBatch, () => persistMessages(sealed, batch(contacts)));
  result.persistNewUs = await medianUs(rounds, rowsOfBatch, () => persistMessages(sealed, batch()));
  return result;
}
