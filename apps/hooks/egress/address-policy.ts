import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where a connection is to lead. */
export interface Destination {
  address: string;
  /** `http:` or `https:`. */
  protocol: string;
  port: number;
}

export interface AddressPolicy {
  /** Lets HTTP and HTTPS through to loopback, and nothing else that is private (`HOOKS_ALLOW_PRIVATE`). */
  allowLoopback: boolean;
  /** Ports of loopback at which processes of this installation listen: no hook goes there. */
  internalPorts?: ReadonlySet<number>;
}

/** Of IPv6 only this much is given out for the public; what lies outside and has no name of its own yet is not public either. */
const publicV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether a hook may be sent to an address. Only public unicast addresses pass; an IPv4 address that is written in IPv6 is judged as what
 * it is. Unencrypted HTTP passes to loopback alone, and nothing to the installation's own ports there.
 */
export function isAllowed({ address, protocol, port }: Destination, { allowLoopback, internalPorts }: AddressPolicy): boolean {
  if (!isIP(address)) return false; // ipaddr.js would read 127.1 and the like, too
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return allowLoopback && !internalPorts?.has(port);
  if (protocol !== 'https:' || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(publicV6);
}
