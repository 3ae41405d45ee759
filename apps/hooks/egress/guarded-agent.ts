import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { Agent, buildConnector } from 'undici';
import type { Destination } from './address-policy.js';
import { destinationOf, type EgressGuard } from './egress-guard.js';

/** The timeout to open a connection, including name resolution. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** The connections of one process to receivers. */
export interface HookConnections {
  /** Reuses connections for requests to the same origin. */
  pooled: Agent;
  /** Opens a connection for each request. It is for the retry after the receiver had closed a reused connection. */
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
 * An HTTP client for hooks. It connects only where the guard allows, follows no redirect and uses no proxy. The guard checks a
 * name in the lookup of the connection itself. A literal address has no lookup, so it is checked before.
 *
 * Connections of an origin have no limit, because requests have one. A limit would let one hook wait for another hook of the same
 * origin.
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

/**
 * Opens one connection. Each connection needs its own connector, because the check depends on the port and a lookup does not
 * receive it.
 */
function guardedConnector(guard: EgressGuard, to: Omit<Destination, 'address'>): buildConnector.connector {
  const lookup = callbackify(async (host: string) =>
    (await guard.allowedAddresses(host, to)).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
  return buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    // Node then looks up all addresses of a name.
    autoSelectFamily: true,
    lookup: ((host, _options, callback) => lookup(host, callback)) satisfies LookupFunction,
  });
}
