import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ObjectServer, objectServerMissing, startObjectServer } from '../../../local/objectServer.js';
import { readConfig } from '../../../platform/config.js';
import type { ObjectStore } from '../../../platform/objectStore/objectStore.js';
import { openObjectStore } from '../../../platform/objectStore/openObjectStore.js';
import { testDirectory } from '../../support/database.js';
import { describeObjectStore } from './describeObjectStore.js';

const missing = objectServerMissing();
if (missing) process.stdout.write(`the tests against a real S3 are skipped: ${missing}\n`);

const required = {
  DATABASE_URL: 'postgresql://a@b/c',
  KEYS_DATABASE_URL: 'postgresql://a@b/k',
  TEMPORAL_ADDRESS: 'a:1',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
};
const storeOf = (env: Record<string, string>) => openObjectStore(readConfig({ ...required, ...env })) as ObjectStore;

(missing ? describe.skip : describe)('a bucket of an S3 server as a store of objects', () => {
  let server: ObjectServer;
  beforeAll(async () => {
    const directory = path.join(testDirectory(), `s3-${Date.now()}`);
    mkdirSync(directory);
    server = await startObjectServer({ directory, say: (text) => process.stdout.write(`${text}\n`) });
  }, 300_000);
  afterAll(() => server.stop());

  describeObjectStore(() => storeOf(server.env));

  it('refuses who has the wrong secret, and a bucket that is not there', async () => {
    const stranger = storeOf({ ...server.env, S3_SECRET_ACCESS_KEY: 'another' });
    await expect(stranger.put('one', Buffer.from('x'))).rejects.toMatchObject({ failure: 'refused' });
    await expect(stranger.get('one')).rejects.toMatchObject({ failure: 'refused' });
    const elsewhere = storeOf({ ...server.env, S3_BUCKET: 'no-such-bucket' });
    await expect(elsewhere.put('one', Buffer.from('x'))).rejects.toMatchObject({ failure: 'refused' });
  });
});

describe('an S3 that can not do what it is asked', () => {
  let server: Server | undefined;
  const answering = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<ObjectStore> => {
    server = createServer((request, response) => void request.resume().once('end', () => answer(request, response)));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const keys = { S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };
    return storeOf({ S3_BUCKET: 'archive', S3_ENDPOINT: `http://127.0.0.1:${port}`, ...keys });
  };
  afterAll(() => void server?.close());

  it('for want of room says that it is full', async () => {
    const store = await answering((_request, response) => {
      response.writeHead(507, { 'content-type': 'application/xml' });
      response.end(
        '<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold</Message></Error>',
      );
    });
    await expect(store.put('one', Buffer.from('x'))).rejects.toMatchObject({ failure: 'full', message: expect.stringContaining('one') });
    server?.close();
  });

  it('because nobody is there says that it is away', async () => {
    const store = storeOf({ S3_BUCKET: 'archive', S3_ENDPOINT: 'http://127.0.0.1:9', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' });
    await expect(store.put('one', Buffer.from('x'))).rejects.toMatchObject({ failure: 'away' });
    await expect(store.head('one')).rejects.toMatchObject({ failure: 'away' });
  });
});
