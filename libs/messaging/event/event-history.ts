import type { PoolClient } from 'pg';
import type { LoggedEvent } from './logged-event.js';
import type { Aggregate } from './partition-key.js';

/** Versions of an aggregate that the log will never have, as an operator has decided; the ends included. */
export interface VersionGap {
  from: number;
  to: number;
}

/** The source of events that a consumer has not received: `EventLog`, or an equivalent. */
export interface EventHistory {
  /** The events of an aggregate with versions after one and before another, in order; at most `limit`. */
  ofAggregate(aggregate: Aggregate, after: number, before: number, limit: number): Promise<LoggedEvent[]>;
  /** The versions of an aggregate that will never come, in order. */
  gapsOf(aggregate: Aggregate): Promise<VersionGap[]>;
  /** The last version of an aggregate up to a position; its last version if it has no event after the position. */
  versionBefore(aggregate: Aggregate, position: number): Promise<number>;
  /** The last position that was removed, and the last one that there is; in a transaction of the same database if one is given. */
  bounds(tx?: Pick<PoolClient, 'query'>): Promise<{ floor: number; head: number }>;
}
