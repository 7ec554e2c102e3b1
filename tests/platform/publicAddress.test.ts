import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from '../../platform/publicAddress.js';

const bytes = (text: string) => text.split('.').map(Number);
const hex = (ipv4: string) => bytes(ipv4).map((byte) => byte.toString(16).padStart(2, '0'));
/** The ways in which an IPv6 address stands for an IPv4 one. */
const disguises = (ipv4: string) => {
  const [a, b, c, d] = hex(ipv4);
  const tail = `${a}${b}:${c}${d}`;
  return [`::ffff:${ipv4}`, `::ffff:${tail}`, `0:0:0:0:0:ffff:${tail}`, `::ffff:0:${tail}`, `64:ff9b::${tail}`, `2002:${tail}::1`];
};

/** An address of a block, with its other bits as they come. */
const within = (block: string) => {
  const [base = '', bits = '0'] = block.split('/');
  const size = 2 ** (32 - Number(bits));
  const first = bytes(base).reduce((sum, byte) => sum * 256 + byte, 0);
  return fc.integer({ min: 0, max: size - 1 }).map((offset) => {
    const number = first + offset;
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
  });
};

const inner = {
  'this network': '0.0.0.0/8',
  private: '10.0.0.0/8',
  'of a carrier': '100.64.0.0/10',
  loopback: '127.0.0.0/8',
  'link-local, with the metadata of clouds': '169.254.0.0/16',
  'private of 172': '172.16.0.0/12',
  'of protocols': '192.0.0.0/24',
  'private of 192': '192.168.0.0/16',
  'for benchmarks': '198.18.0.0/15',
  'for documents': '203.0.113.0/24',
  multicast: '224.0.0.0/4',
  reserved: '240.0.0.0/4',
};

describe('an address that is not public', () => {
  it.each(Object.entries(inner))('%s (%s) is known as such, in every form', (_name, block) => {
    fc.assert(
      fc.property(within(block), (ipv4) => {
        expect([ipv4, ...disguises(ipv4)].filter(isPublicAddress)).toEqual([]);
      }),
    );
  });

  it.each([
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '100::1',
    '::10.0.0.1',
    '::808:808',
  ])('%s is known as such', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['', 'localhost', '10.0.0', '1.2.3.4.5', '[::1]', '127.1 '])('%j is none at all', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});

describe('an address that is public', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0', '2606:4700:4700::1111'])(
    '%s is known as such',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
      if (!address.includes(':')) expect(disguises(address).filter((one) => !isPublicAddress(one))).toEqual([]);
    },
  );
});
