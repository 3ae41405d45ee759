import { createServer } from 'node:net';
import { EmbeddedSystemError } from './embedded-system.error.js';

export interface WantedPort {
  host: string;
  port: number;
  /** The setting that says so. */
  setting: string;
  /** A value of that setting which moves the port, for the error. */
  instead: string;
}

/**
 * Makes sure that every port can be had before anything starts.
 *
 * @throws EmbeddedSystemError with a line for each that cannot: the port, why, and the setting that moves it.
 */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems: string[] = [];
  const takenBy = new Map<number, string>();
  for (const { host, port, setting, instead } of wanted) {
    const other = takenBy.get(port);
    takenBy.set(port, setting);
    const problem = other ? `is wanted by ${other}, too` : await whyNotFree(host, port);
    if (problem) problems.push(`Port ${port} (${setting}) ${problem}. Free it, or move it, for example: ${setting}=${instead}`);
  }
  if (problems.length > 0) throw new EmbeddedSystemError(problems.join('\n'));
}

/** @returns why nothing can listen on that port now; undefined when it is free. */
export function whyNotFree(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(reason(error, host)));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

function reason(error: NodeJS.ErrnoException, host: string): string {
  if (error.code === 'EADDRINUSE') return `on ${host} is already taken by another program`;
  if (error.code === 'EACCES') return 'needs rights that this user does not have';
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return `cannot be listened on, because ${host} is not an address of this machine`;
  }
  return `on ${host} cannot be listened on (${error.message})`;
}
