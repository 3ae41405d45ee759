import { type Sql, sql } from '../../database/sql.js';
import type { LoggedEvent } from './logged-event.js';
import { type Partition, partitionOf } from './partition-key.js';

/** Which events are wanted; nothing said means all of them. */
export interface EventFilter {
  /** Only these: `order.approved`, or `order.*` for all of a service. None means all. */
  types?: readonly string[] | undefined;
  /** Only those about this aggregate. */
  subject?: string | undefined;
  /** Only those whose key falls into this partition. */
  partition?: Partition | undefined;
}

/** Whether an event is wanted, as `EventLog.read` decides it in SQL. */
export function matchesFilter(event: LoggedEvent, { types = [], subject, partition }: EventFilter): boolean {
  return (
    matchesTypes(event.type, types) &&
    (subject === undefined || event.subject === subject) &&
    (partition === undefined || partitionOf(event, partition.of) === partition.index)
  );
}

/** Whether a type is one of those that are wanted, by name or as one of a service's; none means all. */
export const matchesTypes = (type: string, types: readonly string[]): boolean =>
  types.length === 0 || types.includes(type) || types.includes(`${type.split('.', 1)[0] ?? ''}.*`);

/** The same as a condition in SQL. @param type the column. */
export function typesSql(type: Sql, types: readonly string[]): Sql {
  if (types.length === 0) return sql`true`;
  const names = types.filter((name) => !name.endsWith('.*'));
  const services = types.flatMap((name) => (name.endsWith('.*') ? [name.slice(0, -2)] : []));
  return sql`(${type} = any(${names}::text[]) or split_part(${type}, '.', 1) = any(${services}::text[]))`;
}
