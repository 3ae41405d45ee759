import type { PoolClient } from 'pg';
import { matchesTypes } from '../event/event-filter.js';
import type { LoggedEvent } from '../event/logged-event.js';

/**
 * How a consumer handles events that come late or early. `latest`: drops events older than the applied one of the aggregate; for views that
 * each event describes in full. `sequential`: applies the aggregate's versions in order without a gap; an early event waits.
 * `commutative`: applies events as they come; for effects whose order does not matter.
 */
export type ConsumerMode = 'latest' | 'sequential' | 'commutative';

/** Applies events, each exactly once, however often it comes. */
export interface Consumer {
  /** Its group at the channel, and its name in the inbox. Never change it. */
  readonly name: string;
  /** The types that have an effect: `order.approved`, or `order.*` for all of a service. None means all. */
  readonly types: readonly string[];
  readonly mode: ConsumerMode;
  /** Writes effects and outbox rows in the inbox's transaction. Must make no remote call. Its error is recorded as the reason. */
  handle(event: LoggedEvent, tx: PoolClient): Promise<void>;
}

export const isWantedBy = ({ types }: Consumer, event: LoggedEvent): boolean => matchesTypes(event.type, types);

/**
 * The types that a consumer must receive. The versions of an aggregate span all its types, so a `sequential` consumer must receive all types
 * of a service. Unwanted events have no effect.
 */
export const broughtTypes = ({ types, mode }: Consumer): readonly string[] =>
  mode === 'sequential' ? [...new Set(types.map((type) => `${type.split('.', 1)[0]}.*`))] : types;
