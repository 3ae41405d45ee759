import { createHash } from 'node:crypto';

/** An aggregate of a service. Events have an order within their aggregate. */
export interface Aggregate {
  service: string;
  aggregateType: string;
  aggregateId: string;
}

/** The number of a partition, and the number of partitions. */
export interface Partition {
  index: number;
  of: number;
}

export const partitionKeyOf = ({ service, aggregateType, aggregateId }: Aggregate): string =>
  `${service}/${aggregateType}/${aggregateId}`;

/** The same as `partitionSql` says. @param of at most 65,536. */
export function partitionOf(aggregate: Aggregate, of: number): number {
  return createHash('md5').update(partitionKeyOf(aggregate)).digest().readUInt16BE(0) % of;
}

/**
 * The partition of a row of the log. The SQL expression `of` is the number of partitions. It uses MD5, because PostgreSQL and Node both
 * have it built in.
 */
export const partitionSql = (of: string): string =>
  `('x' || left(md5(service || '/' || aggregate_type || '/' || aggregate_id), 4))::bit(16)::int % ${of}`;
