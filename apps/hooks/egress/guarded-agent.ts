import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { Agent, buildConnector } from 'undici';
import type { Destination } from './address-policy.js';
import { destinationOf, type EgressGuard } from './egress-guard.js';

/** How long a connection may take to open, the lookup of its name included. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** The connections of one process to receivers. */
export interface HookConnections {
  /** Keeps a connection for the next request to its origin. */
  pooled: Agent;
  /** Opens a connection for each request: for one that ended up on a connection which the receiver had closed. */
  unpooled: Agent;
}

export const hookConnections = (guard: EgressGuard): HookConnections => ({
  pooled: guardedAgent(guard, { pipelining: 1, keepAliveTimeout: 4_000 }),
  unpooled: guardedAgent(guard, { pipelining: 0 }),
});

export async function closeConnections({ pooled, unpooled }: HookConnections): Promise<void> {
  await Promise.all([pooled.destroy(), unpooled.destroy()]);
}

/**
 * An HTTP client of its own for hooks: it opens connections only where the guard lets it, follows no redirect and knows no proxy. A name is
 * judged by what it means at that moment, in the lookup that the connection uses; for an address that is written out that is never called.
 *
 * Connections of an origin have no limit of their own, as requests have: a limit would let one hook of an origin wait for another one there.
 */
function guardedAgent(guard: EgressGuard, poolOptions: Pick<Agent.Options, 'pipelining' | 'keepAliveTimeout'>): Agent {
  const checkLiteralAddress = callbackify(async (hostname: string, to: Omit<Destination, 'address'>) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host)) await guard.allowedAddresses(host, to);
  });
  return new Agent({
    ...poolOptions,
    maxHeaderSize: 16_384,
    connect: (options, callback) => {
      const to = destinationOf(options);
      checkLiteralAddress(options.hostname, to, (error) => {
        if (error) callback(error, null);
        else guardedConnector(guard, to)(options, callback);
      });
    },
  });
}

/** Opens one connection. It is made for each: what a name may mean depends on the port, which a lookup is not told. */
function guardedConnector(guard: EgressGuard, to: Omit<Destination, 'address'>): buildConnector.connector {
  const lookup = callbackify(async (host: string) =>
    (await guard.allowedAddresses(host, to)).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
  return buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    // Node then asks for all addresses of a name, and for nothing else.
    autoSelectFamily: true,
    lookup: ((host, _options, callback) => lookup(host, callback)) satisfies LookupFunction,
  });
}
