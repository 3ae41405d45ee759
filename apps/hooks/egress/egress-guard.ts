import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type AddressPolicy, type Destination, isAllowed } from './address-policy.js';
import { resolveHost, type ResolveHost } from './resolve-host.js';

/** A name that cannot be resolved in this time is judged when a connection is opened; whoever saves a hook does not wait for it. */
const RESOLVE_WITHIN_MS = 1_000;
const WELL_KNOWN_PORTS = new Set([80, 443]);
const FIRST_FREE_PORT = 1_024;
/** Names for private networks and for other ways to resolve them (RFC 6761, 6762, 7686, 8375): no public address stands behind one. */
const specialUseName = /(?:^|\.)(?:internal|local|onion|home\.arpa)\.?$/;

/**
 * Says where hooks may go. Asked when a hook is saved and again, through the connector, whenever a connection is opened: what a name
 * means may change in between.
 */
export class EgressGuard {
  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolve: ResolveHost = resolveHost,
  ) {}

  /** What is wrong with a URL, in words for whoever gave it; undefined when nothing is. Opens no connection. */
  async urlProblem(text: string): Promise<string | undefined> {
    if (!URL.canParse(text)) return 'must be an absolute URL';
    const url = new URL(text);
    const { allowLoopback } = this.policy;
    if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) return 'must be an HTTPS URL';
    if (url.username || url.password) return 'must not contain credentials: verify the signature instead';
    if (url.hash) return 'must not have a fragment';
    if (url.port && !WELL_KNOWN_PORTS.has(Number(url.port)) && Number(url.port) < FIRST_FREE_PORT)
      return `must not use port ${url.port}: 443, or one from ${FIRST_FREE_PORT} on`;
    if (specialUseName.test(url.hostname)) return `must not use the name ${url.hostname}: it is for private networks`;
    const addresses = await Promise.race([
      this.addresses(url.hostname).catch(() => []),
      delay(RESOLVE_WITHIN_MS, [] as string[], { ref: false }),
    ]);
    if (addresses.every((address) => isAllowed({ address, ...destinationOf(url) }, this.policy))) return undefined;
    return allowLoopback
      ? 'must lead to public addresses over HTTPS, or to loopback at a port that is not one of this installation'
      : 'must lead to public addresses: private, local and reserved ones are refused';
  }

  /**
   * The addresses to connect to.
   * @throws BlockedAddressError when any of them is not allowed: a name with one good and one bad address is not given a choice.
   */
  async allowedAddresses(host: string, to: Omit<Destination, 'address'>): Promise<string[]> {
    const addresses = await this.addresses(host);
    if (addresses.length === 0 || !addresses.every((address) => isAllowed({ address, ...to }, this.policy)))
      throw new BlockedAddressError(host, to.protocol);
    return addresses;
  }

  private async addresses(hostname: string): Promise<string[]> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    return isIP(host) ? [host] : this.resolve(host);
  }
}

/** Where a URL leads, apart from the address. */
export function destinationOf({ protocol, port }: Pick<URL, 'protocol' | 'port'>): Omit<Destination, 'address'> {
  return { protocol, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** A hook would have been sent to where hooks must not go; nothing was sent and no connection opened. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'HOOK_ADDRESS_BLOCKED';
  constructor(host: string, protocol: string) {
    super(
      protocol === 'https:'
        ? `${host} is not, or does not resolve to, public addresses only.`
        : `${host} over ${protocol.replace(':', '')}: a hook needs HTTPS.`,
    );
  }
}
