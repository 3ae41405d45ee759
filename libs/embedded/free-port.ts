import { randomInt } from 'node:crypto';
import { whyNotFree } from './port-check.js';

/** Below the range that systems take the ports of outgoing connections from: none of those can slip in during a restart. */
const LOWEST = 15_000;
const HIGHEST = 30_000;

const given = new Set<number>();

/** A port of 127.0.0.1 on which nothing listens now, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port) || (await whyNotFree('127.0.0.1', port))) continue;
    given.add(port);
    return port;
  }
}
