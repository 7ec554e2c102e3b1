import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { inboxPage } from '../../server/http/inboxPage.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postrider-page-'));
const script = 'console.log("the page");'.repeat(50);
mkdirSync(path.join(folder, 'assets'));
writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
for (const name of ['index-1.js', 'alone-1.js']) writeFileSync(path.join(folder, 'assets', name), script);
writeFileSync(path.join(folder, 'assets/index-1.js.gz'), gzipSync(script));
afterAll(() => rmSync(folder, { recursive: true }));

const app = express().use(inboxPage(folder));
const get = (address: string, encoding: string) => request(app).get(address).set('Accept-Encoding', encoding);

describe('the page', () => {
  it('comes packed to whoever takes it so, and plain to the others', async () => {
    const packed = await get('/assets/index-1.js', 'br, gzip');
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(packed.headers['content-type']).toMatch(/javascript/);
    expect(Number(packed.headers['content-length'])).toBeLessThan(script.length / 3);
    expect(packed.text).toBe(script);
    const plain = await get('/assets/index-1.js', 'identity');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.text).toBe(script);
  });

  it('comes plain where the build has packed nothing, and not at all where nothing is', async () => {
    const alone = await get('/assets/alone-1.js', 'gzip');
    expect([alone.headers['content-encoding'], alone.text]).toEqual([undefined, script]);
    expect((await get('/assets/nothing-1.js', 'gzip')).status).toBe(404);
    expect((await get('/assets/..%2f..%2fpackage.json', 'gzip')).status).toBe(404);
  });

  it('is kept by browsers as long as its names say the same, and its document is asked for each time', async () => {
    expect((await get('/assets/index-1.js', 'gzip')).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const place of ['/', '/operator/messages/1', '/conversations/1', '/dashboard'])
      expect((await get(place, 'gzip')).headers['cache-control']).toBe('public, max-age=0');
  });
});
