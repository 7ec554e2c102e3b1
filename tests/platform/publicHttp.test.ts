import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PublicHttp, RefusedUrl } from '../../platform/publicHttp.js';

let server: Server;
let port: number;
const paths: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (request.url === '/endless') {
      response.writeHead(200);
      const more = (): boolean => response.write('x'.repeat(64 * 1024)) && more();
      response.on('drain', more);
      more();
    } else if (request.url === '/moved') response.writeHead(302, { location: '/inside' }).end();
    else request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const addresses = (...all: string[]): LookupAddress[] => all.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const http = (...answers: LookupAddress[][]) =>
  new PublicHttp('public', async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? []);
const refusalOf = (checked: Promise<unknown>) =>
  checked.then(
    () => 'allowed',
    (error: unknown) => {
      expect(error).toBeInstanceOf(RefusedUrl);
      return (error as Error).message;
    },
  );

describe('a URL of a customer', () => {
  it.each([
    ['http://hooks.example.com', /must begin with https/],
    ['ftp://hooks.example.com', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['hooks.example.com', /is not a URL/],
    ['https://user:secret@hooks.example.com', /name or a password/],
    ['https://hooks.example.com:22', /port 22/],
    ['https://127.0.0.1', /127\.0\.0\.1/],
    ['https://10.0.0.1/x', /10\.0\.0\.1/],
    ['https://169.254.169.254/latest/meta-data', /169\.254\.169\.254/],
    ['https://[::ffff:10.0.0.1]', /no address of the public internet/],
    ['https://[::1]:8443', /no address of the public internet/],
    ['https://[64:ff9b::7f00:1]', /no address of the public internet/],
    // Decimal, octal, hexadecimal and shortened: all of them 127.0.0.1.
    ['https://2130706433', /127\.0\.0\.1/],
    ['https://0177.0.0.1', /127\.0\.0\.1/],
    ['https://0x7f.1', /127\.0\.0\.1/],
    ['https://127.1', /127\.0\.0\.1/],
    ['https://１２７.0.0.1', /127\.0\.0\.1/],
  ])('%s is refused before anything is sent', async (url, why) => {
    const sender = http(addresses('93.184.216.34'));
    expect(await refusalOf(sender.check(url))).toMatch(why);
    expect(await refusalOf(sender.post(url, {}, ''))).toMatch(why);
  });

  it('is refused where its name leads inside, even beside a public address, or nowhere', async () => {
    const url = 'https://hooks.example.com';
    expect(await refusalOf(http(addresses('127.0.0.1')).check(url))).toMatch(/127\.0\.0\.1/);
    expect(await refusalOf(http(addresses('93.184.216.34', 'fd00::1')).check(url))).toMatch(/fd00::1/);
    const unknown = new PublicHttp('public', () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })));
    expect(await refusalOf(unknown.check(url))).toMatch(/ENOTFOUND/);
    expect(await refusalOf(new PublicHttp('public').check('https://localhost'))).toMatch(/127\.0\.0\.1|::1/);
    expect(await refusalOf(http(addresses('93.184.216.34')).check('https://hooks.example.com:8443/a?b=c'))).toBe('allowed');
  });

  it('whose name leads inside only once it has been allowed is refused when something is sent', async () => {
    const rebound = http(addresses('93.184.216.34'), addresses('127.0.0.1'));
    expect(await refusalOf(rebound.check(`https://hooks.example.com:${port}`))).toBe('allowed');
    expect(await refusalOf(rebound.post(`https://hooks.example.com:${port}`, {}, ''))).toMatch(/127\.0\.0\.1/);
    expect(paths).toEqual([]);
  });
});

describe('a request to a URL of a customer', () => {
  it('goes to the address that was looked at, and resolves its name once', async () => {
    const asked: string[] = [];
    const sender = new PublicHttp('any', async (hostname) => {
      asked.push(hostname);
      return addresses('127.0.0.1');
    });
    expect(await sender.post(`http://hooks.example.com:${port}/a`, {}, '{}')).toBe(200);
    sender.close();
    expect([asked, paths.splice(0)]).toEqual([['hooks.example.com'], ['/a']]);
  });

  it('follows no redirect, and ends an answer that does not end', async () => {
    const sender = new PublicHttp('any');
    expect(await sender.post(`http://127.0.0.1:${port}/moved`, {}, '{}')).toBe(302);
    expect(await sender.post(`http://127.0.0.1:${port}/endless`, {}, '{}')).toBe(200);
    sender.close();
    expect(paths.splice(0)).toEqual(['/moved', '/endless']);
  });

  it('ends when its process does', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const sender = new PublicHttp('any');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect(sender.post(url, {}, '', AbortSignal.timeout(50))).rejects.toThrow(/abort/i);
    sender.close();
    silent.closeAllConnections();
    silent.close();
  });
});
