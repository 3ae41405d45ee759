import type { LoggedEvent } from '../logged-event.js';

export interface Aggregate {
  service: string;
  aggregateType: string;
  aggregateId: string;
}

/** Where a consumer looks for what it has not been brought: `EventLog`, or anything that can say the same. */
export interface EventHistory {
  /** The events of an aggregate with versions after one and before another, in order; at most `limit`. */
  ofAggregate(aggregate: Aggregate, after: number, before: number, limit: number): Promise<LoggedEvent[]>;
  /** The version that an aggregate had at a position of the log; 0 if it was not there yet. */
  versionAt(aggregate: Aggregate, position: number): Promise<number>;
  head(): Promise<number>;
}
