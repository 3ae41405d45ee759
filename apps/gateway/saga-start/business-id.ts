import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Caller } from '../auth/caller.js';

/** An id for something new: an order, a trip. */
export const newBusinessId = (): string => uuidv7();

/**
 * The one thing that a caller's `Idempotency-Key` stands for on a route that creates, as a UUID (version 8: our own derivation). As a
 * saga's id follows from it, repeating a key can never start a second saga, and no table of keys is needed.
 */
export function businessIdOfKey(route: string, caller: Caller, key: string): string {
  const bytes = createHash('sha256').update(`${route}\0${caller}\0${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
