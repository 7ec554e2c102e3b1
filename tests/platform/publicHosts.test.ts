import { describe, expect, test } from '@jest/globals';
import { publicHosts, publicHostsBy } from '../../platform/publicHosts.js';

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
      publicHostsBy(async () => addresses.map((address) => ({ address, family: 4 }))).lookup(
        'sms.example.com',
        { all },
        (error, address, family) => resolve(error?.message ?? [address, family]),
      ),
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
