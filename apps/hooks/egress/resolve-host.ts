import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';

/** Where the operating system keeps names of its own. */
export const HOSTS_FILE = process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts';

/** The addresses that a hosts file gives a name, in its order; none when there is no such name or no file. Read each time: it may change. */
export async function addressesInHostsFile(host: string, file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address && names.some((name) => name.toLowerCase() === host) ? [address] : [];
  });
}

/** Every address of a host. Injected, so that tests can let a name mean now this and now that. */
export type ResolveHost = (host: string) => Promise<string[]>;

export interface HostResolverOptions {
  hostsFile?: string;
  /** Default: those of the operating system. */
  nameServers?: readonly string[];
  timeoutMs?: number;
}

/** Less than a connection may take to open, so that a name without an answer is told as what it is. */
const TIMEOUT_MS = 4_000;
const FIRST_TRY_MS = 1_500;
const loopback = ['127.0.0.1', '::1'];
/** There is such a name, or none, but no address of this kind: an answer, as opposed to none. */
const noneCodes = new Set(['ENODATA', 'ENOTFOUND']);

/**
 * A resolver that asks the hosts file and then name servers, over sockets of its own. `dns.lookup` would do it on Node's few threads for
 * such work: two names whose servers are dead would hold up the names of all other hooks.
 *
 * What it returns is all that the name means: where there is an answer for IPv4 and none for IPv6, or the other way round, it throws.
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
    // By RFC 6761 that is for no name server to say.
    if (host === 'localhost' || host.endsWith('.localhost')) return loopback;
    // One for each lookup: it can be cancelled alone, and knows the name servers of now.
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

/** As the machine resolves it. */
export const resolveHost: ResolveHost = hostResolver();
