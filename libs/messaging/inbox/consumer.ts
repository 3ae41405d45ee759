import type { PoolClient } from 'pg';
import { matchesTypes } from '../event/event-filter.js';
import type { LoggedEvent } from '../event/logged-event.js';

/**
 * What a consumer makes of events that come late or early. `latest`: whatever is older than what it has applied of the aggregate is dropped; for views that
 * each event describes in full. `sequential`: applied in the order of the aggregate's versions, without a hole; what comes early waits.
 * `commutative`: applied as it comes; for effects whose order does not matter.
 */
export type ConsumerMode = 'latest' | 'sequential' | 'commutative';

/** Somebody on whom facts have an effect: once each, however often they come. */
export interface Consumer {
  /** Its group at the channel, and its name in the inbox; not to be changed. */
  readonly name: string;
  /** The types that have an effect: `order.approved`, or `order.*` for all of a service. None means all. */
  readonly types: readonly string[];
  readonly mode: ConsumerMode;
  /** Effects and own outbox rows, in the transaction of the inbox. Must not call anything remote. What it throws is recorded as the reason. */
  handle(event: LoggedEvent, tx: PoolClient): Promise<void>;
}

export const isWantedBy = ({ types }: Consumer, event: LoggedEvent): boolean => matchesTypes(event.type, types);

/**
 * What a consumer has to be brought. The versions of an aggregate run through all its types, so whoever wants them without a hole has to be brought
 * all of them; those that it does not want have no effect.
 */
export const broughtTypes = ({ types, mode }: Consumer): readonly string[] =>
  mode === 'sequential' ? [...new Set(types.map((type) => `${type.split('.', 1)[0]}.*`))] : types;
