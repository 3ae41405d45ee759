import { lookup } from 'node:dns/promises';

/** Every address of a host. Injected, so that tests can let a name mean now this and now that. */
export type ResolveHost = (host: string) => Promise<string[]>;

/** As the operating system resolves it, `/etc/hosts` included: what a connection would use. */
export const resolveHost: ResolveHost = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);
