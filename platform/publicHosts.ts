import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** All that is not on the public internet: this machine, private networks, clouds' metadata, multicast, what translates into those. */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 32],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(network, prefix, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !notPublic.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** How the addresses of a name are found. */
type Find = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Hosts that anybody may name: only such as lie on the public internet. Names are judged by the addresses that are then connected to. */
export function publicHostsBy(find: Find): { refuses(hostname: string): boolean; lookup: LookupFunction } {
  return {
    /** Whether a host is refused by its name or address alone; what a name stands for is judged by `lookup`. */
    refuses(hostname) {
      const host = hostname
        .replace(/^\[|\]$/g, '')
        .replace(/\.$/, '')
        .toLowerCase();
      if (isIP(host) !== 0) return !isPublicAddress(host);
      return !host.includes('.') || /\.(localhost|local|internal)$/.test(host);
    },

    /** As dns.lookup, and an error where any address is not public: one that the caller may turn to next would do as well. */
    lookup(hostname, options, callback) {
      find(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0);
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => !isPublicAddress(address)))
          return callback(Object.assign(new Error(`${hostname} leads into a private network`), { code: 'EPRIVATE' }), '', 0);
        if (options.all) return callback(null, addresses);
        callback(null, first.address, first.family);
      });
    },
  };
}

export const publicHosts = publicHostsBy(lookup);
