import type { IncomingMessage } from 'node:http';
import { callerOf } from '../auth/caller.js';

/** Whose share of the places for readers a request takes: the holder of the API key, or the address while no keys are required. */
export function readerName(request: IncomingMessage): string {
  const holder = callerOf(request);
  return encodeURIComponent(holder === '' ? `address:${request.socket.remoteAddress ?? ''}` : `key:${holder}`);
}
