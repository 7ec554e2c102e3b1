import ipaddr from 'ipaddr.js';

const { IPv4, IPv6 } = ipaddr;

/** Prefixes of IPv6 that carry an IPv4 address, and the byte at which it begins. */
const carriers = [
  { prefix: IPv6.parseCIDR('::ffff:0:0/96'), at: 12 },
  { prefix: IPv6.parseCIDR('::ffff:0:0:0/96'), at: 12 },
  { prefix: IPv6.parseCIDR('64:ff9b::/96'), at: 12 },
  { prefix: IPv6.parseCIDR('2002::/16'), at: 2 },
] as const;
/** All that is given out to the public lies in it. */
const globalUnicast = IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address, as text, is one of the public internet: not of this machine or network, of a provider's inside, of a
 * group, or kept for something else. An IPv6 address that stands for an IPv4 one is judged by that.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof IPv4) return address.range() === 'unicast';
  const carrier = carriers.find(({ prefix }) => address.match(prefix));
  if (carrier) return new IPv4(address.toByteArray().slice(carrier.at, carrier.at + 4)).range() === 'unicast';
  return address.range() === 'unicast' && address.match(globalUnicast);
}
