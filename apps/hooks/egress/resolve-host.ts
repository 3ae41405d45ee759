import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';

/** The hosts file of the operating system. */
export const HOSTS_FILE = process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts';

/**
 * The addresses of a name in a hosts file, in order; none without the name or the file. The file is read each time, because it
 * may change.
 */
export async function addressesInHostsFile(host: string, file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address && names.some((name) => name.toLowerCase() === host) ? [address] : [];
  });
}

/** Every address of a host. Injected, so that tests can change what a name resolves to. */
export type ResolveHost = (host: string) => Promise<string[]>;

export interface HostResolverOptions {
  hostsFile?: string;
  /** Default: those of the operating system. */
  nameServers?: readonly string[];
  timeoutMs?: number;
}

/** Shorter than the connect timeout, so that an unresolved name is reported as such. */
const TIMEOUT_MS = 4_000;
const FIRST_TRY_MS = 1_500;
const loopback = ['127.0.0.1', '::1'];
/** Answers that there is no address of this kind, in contrast to no answer. */
const noneCodes = new Set(['ENODATA', 'ENOTFOUND']);

/**
 * A resolver that reads the hosts file and then queries name servers, over its own sockets. `dns.lookup` would use the few
 * threads of Node's pool: two names with dead servers would block the names of all other hooks.
 *
 * The result is complete: if only one of IPv4 and IPv6 is answered, it throws.
 *
 * @returns a function that settles within the timeout; it throws an Error with the code `ENOTFOUND` or `EAI_AGAIN`.
 */
export function hostResolver({
  hostsFile = HOSTS_FILE,
  nameServers,
  timeoutMs = TIMEOUT_MS,
}: HostResolverOptions = {}): ResolveHost {
  const inFlight = new Map<string, Promise<string[]>>();
  return (name) => {
    const host = name.toLowerCase().replace(/\.$/, '');
    let lookup = inFlight.get(host);
    if (!lookup) {
      lookup = resolve(host).finally(() => inFlight.delete(host));
      inFlight.set(host, lookup);
    }
    return lookup;
  };

  async function resolve(host: string): Promise<string[]> {
    const local = await addressesInHostsFile(host, hostsFile);
    if (local.length > 0) return local;
    // By RFC 6761 name servers are not queried for localhost.
    if (host === 'localhost' || host.endsWith('.localhost')) return loopback;
    // A resolver for each lookup can be cancelled alone, and uses the current name servers.
    const resolver = new Resolver({ timeout: Math.min(FIRST_TRY_MS, timeoutMs), tries: 2 });
    if (nameServers) resolver.setServers(nameServers);
    const timeIsUp = setTimeout(() => resolver.cancel(), timeoutMs);
    try {
      const found = await Promise.all([resolver.resolve4(host).catch(none), resolver.resolve6(host).catch(none)]);
      if (found.flat().length > 0) return found.flat();
      throw Object.assign(new Error(`There is no host ${host}.`), { code: 'ENOTFOUND' });
    } finally {
      clearTimeout(timeIsUp);
    }
  }

  function none(error: NodeJS.ErrnoException): string[] {
    if (noneCodes.has(error.code ?? '')) return [];
    throw Object.assign(new Error(`No name server has answered what it means (${error.code}).`, { cause: error }), {
      code: 'EAI_AGAIN',
    });
  }
}

/** The default resolver. */
export const resolveHost: ResolveHost = hostResolver();
