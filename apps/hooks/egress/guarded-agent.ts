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
  kept: Agent;
  /** Opens a connection for each request: for one that ended up on a connection which the receiver had closed. */
  fresh: Agent;
}

export const hookConnections = (guard: EgressGuard): HookConnections => ({
  kept: guardedAgent(guard, { pipelining: 1, keepAliveTimeout: 4_000 }),
  fresh: guardedAgent(guard, { pipelining: 0 }),
});

export async function closeConnections({ kept, fresh }: HookConnections): Promise<void> {
  await Promise.all([kept.destroy(), fresh.destroy()]);
}

/**
 * An HTTP client of its own for hooks: it opens connections only where the guard lets it, follows no redirect and knows no proxy. A name is
 * judged by what it means at that moment, in the lookup that the connection uses; for an address that is written out that is never called.
 *
 * Connections of an origin have no limit of their own, as requests have: a limit would let one hook of an origin wait for another one there.
 */
function guardedAgent(guard: EgressGuard, keeping: Pick<Agent.Options, 'pipelining' | 'keepAliveTimeout'>): Agent {
  const permitLiteral = callbackify(async (hostname: string, to: Omit<Destination, 'address'>) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host)) await guard.permitted(host, to);
  });
  return new Agent({
    ...keeping,
    maxHeaderSize: 16_384,
    connect: (options, callback) => {
      const to = destinationOf(options);
      permitLiteral(options.hostname, to, (error) => {
        if (error) callback(error, null);
        else connectorThrough(guard, to)(options, callback);
      });
    },
  });
}

/** Opens one connection. It is made for each: what a name may mean depends on the port, which a lookup is not told. */
function connectorThrough(guard: EgressGuard, to: Omit<Destination, 'address'>): buildConnector.connector {
  const lookup = callbackify(async (host: string) =>
    (await guard.permitted(host, to)).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
  return buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    // Node then asks for all addresses of a name, and for nothing else.
    autoSelectFamily: true,
    lookup: ((host, _options, callback) => lookup(host, callback)) satisfies LookupFunction,
  });
}
