import { z } from 'zod';
import { commaList } from '../values/comma-list.js';
import { Identifier } from '../values/identifier.js';
import { type Participant, reservationParticipants } from './participants.js';

/** What a participant can hold for an order or a trip. A `lock` is an order or a trip that waits for its own operation. */
export const holdKinds = ['reservation', 'credit', 'payment', 'lock'] as const;

/** The participants that hold something for an order or a trip, themselves included. */
export const holders = {
  order: ['order', 'customer', 'payment'],
  trip: ['trip', ...reservationParticipants, 'payment'],
} as const satisfies Record<string, readonly Participant[]>;

/** The owners whose holds are read: business ids, separated by commas. */
const Owners = commaList(Identifier, 100);

const position = z.string().min(1).max(1_024).optional();
const limit = z.coerce.number().int().min(1).max(500).default(200);

/** `GET /holds` of a participant's own port: the holds in the order of their last change, or those of the named owners. */
export const HoldQuery = z.strictObject({
  /** Only what changed after this position. */
  after: position,
  /** Only what changed before this instant. Changes of the last seconds may still be uncommitted. */
  until: z.iso.datetime().optional(),
  of: Owners.optional(),
  limit,
});
export type HoldQuery = z.infer<typeof HoldQuery>;

/** One hold. */
export interface Hold {
  kind: (typeof holdKinds)[number];
  id: string;
  /** What the hold belongs to. */
  owner: 'order' | 'trip';
  ownerId: string;
  state: string;
  /** Set for a lock: the operation that holds it. */
  operationId?: string;
  heldSince: string;
}

/** `next` is the position behind the last hold that was read, also at the end; it equals `after` when nothing has changed since. */
export interface HoldPage {
  items: Hold[];
  next: string | null;
}

/** `GET /owners` of the order and trip services: where orders and trips are. */
export const OwnerQuery = z.strictObject({ of: Owners });
export type OwnerQuery = z.infer<typeof OwnerQuery>;

/** Where an order or a trip is. An id without an entry is unknown, or known as a tombstone only. */
export interface Owner {
  id: string;
  state: string;
  /** The operation that it waits for, while it waits for one. */
  operationId: string | null;
  /** The participants whose reservations it has. */
  parts: string[];
}
