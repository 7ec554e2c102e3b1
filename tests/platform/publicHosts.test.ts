import { describe, expect, test } from '@jest/globals';
import { isPublicAddress, publicHosts, publicHostsBy } from '../../platform/publicHosts.js';

describe('an address', () => {
  test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
  ])('%j is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host', () => {
  test.each([
    'localhost',
    'LOCALHOST.',
    'db',
    'printer.local',
    'a.localhost',
    'metadata.google.internal',
    '127.0.0.1',
    '[::1]',
    '10.0.0.1',
  ])('%s is refused by its name', (host) => expect(publicHosts.refuses(host)).toBe(true));

  test.each(['sms.example.com', '8.8.8.8', '[2606:4700::1111]'])('%s is not', (host) => expect(publicHosts.refuses(host)).toBe(false));

  const lookedUp = (addresses: string[], all: boolean) =>
    new Promise((resolve) =>
      publicHostsBy((_host, _options, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        ),
      ).lookup('sms.example.com', { all }, (error, address, family) => resolve(error?.message ?? [address, family])),
    );

  test('is found like any other where all its addresses are public', async () => {
    expect(await lookedUp(['8.8.8.8'], false)).toEqual(['8.8.8.8', 4]);
    expect(await lookedUp(['8.8.8.8'], true)).toEqual([[{ address: '8.8.8.8', family: 4 }], undefined]);
  });

  test.each([false, true])('is refused where one of its addresses is private, or it has none (all: %s)', async (all) => {
    const refusal = 'sms.example.com leads into a private network';
    expect([await lookedUp(['8.8.8.8', '127.0.0.1'], all), await lookedUp([], all)]).toEqual([refusal, refusal]);
  });
});
