import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The destination of a connection. */
export interface Destination {
  address: string;
  /** `http:` or `https:`. */
  protocol: string;
  port: number;
}

export interface AddressPolicy {
  /** Allows HTTP and HTTPS to loopback, and to no other private address (`HOOKS_ALLOW_PRIVATE`). */
  allowLoopback: boolean;
  /** Loopback ports of the processes of this installation. Hooks must not reach them. */
  internalPorts?: ReadonlySet<number>;
}

/** The only IPv6 range for public addresses. Unassigned ranges outside it are not public either. */
const publicV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether a hook may be sent to an address. Only public unicast addresses are allowed. An IPv4-mapped address counts as its IPv4
 * address. Unencrypted HTTP is allowed to loopback only, and never to a port of this installation.
 */
export function isAllowed({ address, protocol, port }: Destination, { allowLoopback, internalPorts }: AddressPolicy): boolean {
  if (!isIP(address)) return false; // ipaddr.js would also accept forms such as 127.1
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'loopback') return allowLoopback && !internalPorts?.has(port);
  if (protocol !== 'https:' || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(publicV6);
}
