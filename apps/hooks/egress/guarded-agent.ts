import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { Agent, buildConnector } from 'undici';
import type { Destination } from './address-policy.js';
import { destinationOf, type EgressGuard } from './egress-guard.js';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * An HTTP client of its own for hooks: it opens connections only where the guard lets it, follows no redirect and knows no proxy. A name is
 * judged by what it means at that moment, in the lookup that the connection uses; for an address that is written out that is never called.
 */
export function guardedAgent(guard: EgressGuard): Agent {
  const permitLiteral = callbackify(async (hostname: string, to: Omit<Destination, 'address'>) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host)) await guard.permitted(host, to);
  });
  return new Agent({
    connections: 100,
    pipelining: 1,
    keepAliveTimeout: 4_000,
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
