import { createServer } from 'node:net';
import { isForeignHost } from '../config/host.js';
import { EmbeddedSystemError } from './embedded-system.error.js';

export interface WantedPort {
  host: string;
  port: number;
  /** The setting of the port. */
  setting: string;
  /** The setting of the host, if the user can choose it. */
  hostSetting?: string;
  /** Another value of the setting, for the error message. */
  alternative: string;
}

/**
 * Checks that every port is free before anything starts.
 *
 * @throws EmbeddedSystemError with a line per problem: the port, the cause and the setting that changes it, or the host of another machine.
 */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems = new Set<string>();
  const takenBy = new Map<number, string>();
  for (const { host, port, setting, alternative, hostSetting = setting } of wanted) {
    const other = takenBy.get(port);
    takenBy.set(port, setting);
    const error = other ? undefined : await listenOnce(host, port);
    const problem = other ? `is wanted by ${other}, too` : error && reason(error, host);
    if (error && isForeignHost(error)) problems.add(foreignHost(hostSetting, host, error));
    else if (problem)
      problems.add(`Port ${port} (${setting}) ${problem}. Free it, or move it, for example: ${setting}=${alternative}`);
  }
  if (problems.size > 0) throw new EmbeddedSystemError([...problems].join('\n'));
}

/** @throws EmbeddedSystemError if nothing can listen on HOST, whatever the port. */
export async function requireOwnHost(host: string): Promise<void> {
  const error = await listenOnce(host, 0);
  if (error && isForeignHost(error)) throw new EmbeddedSystemError(foreignHost('HOST', host, error));
}

/** @returns why nothing can listen on the port now; undefined if it is free. */
export async function whyNotFree(host: string, port: number): Promise<string | undefined> {
  const error = await listenOnce(host, port);
  return error && reason(error, host);
}

function listenOnce(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

function reason(error: NodeJS.ErrnoException, host: string): string {
  if (error.code === 'EADDRINUSE') return `on ${host} is already taken by another program`;
  if (error.code === 'EACCES') return 'needs rights that this user does not have';
  return `on ${host} cannot be listened on (${error.message})`;
}

const foreignHost = (setting: string, host: string, { message }: Error): string =>
  `${setting}: nothing can listen on ${host}, because it is not an address of this machine (${message}). Name one that is, such as 127.0.0.1.`;
