import { promises as dns, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress.js';

/** How the addresses of a name are found, all of them. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export const resolveByDns: Resolve = (hostname) => dns.lookup(hostname, { all: true });

/** What a connection asks for the addresses of its host, answered by `resolve`; so it connects to what was judged there, and to nothing else. */
export function lookupBy(resolve: Resolve): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        if (all) callback(null, found);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}

/** Hosts that anybody may name: only such as lie on the public internet. Names are judged by the addresses that are then connected to. */
export function publicHostsBy(resolve: Resolve): { refuses(hostname: string): boolean; lookup: LookupFunction } {
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
    lookup: lookupBy(async (hostname) => {
      const addresses = await resolve(hostname);
      if (addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address))) return addresses;
      throw Object.assign(new Error(`${hostname} leads into a private network`), { code: 'EPRIVATE' });
    }),
  };
}

export const publicHosts = publicHostsBy(resolveByDns);
