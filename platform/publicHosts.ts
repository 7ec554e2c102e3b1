import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress.js';

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
