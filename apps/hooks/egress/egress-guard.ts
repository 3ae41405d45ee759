import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type AddressPolicy, type Destination, isAllowed } from './address-policy.js';
import { resolveHost, type ResolveHost } from './resolve-host.js';

/** How long saving a hook waits for name resolution. A slower name is checked when a connection is opened. */
const RESOLVE_WITHIN_MS = 1_000;
const WELL_KNOWN_PORTS = new Set([80, 443]);
const FIRST_FREE_PORT = 1_024;
/** Special-use names (RFC 6761, 6762, 7686, 8375). None has a public address. */
const specialUseName = /(?:^|\.)(?:internal|local|onion|home\.arpa)\.?$/;

/**
 * Decides which destinations hooks may reach. It is checked when a hook is saved, and by the connector for every connection,
 * because a name may resolve to another address by then.
 */
export class EgressGuard {
  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolve: ResolveHost = resolveHost,
  ) {}

  /** The problem of a URL, as text for the caller; undefined if there is none. Opens no connection. */
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
   * @throws BlockedAddressError when any of them is not allowed, even if another one is.
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

/** The protocol and port of a URL. */
export function destinationOf({ protocol, port }: Pick<URL, 'protocol' | 'port'>): Omit<Destination, 'address'> {
  return { protocol, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** The destination of a hook is not allowed. No connection was opened. */
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
