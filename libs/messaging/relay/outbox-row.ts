/** An event in an outbox. Every value is PostgreSQL's own text, so that this process changes nothing. */
export interface OutboxRow {
  id: string;
  event_id: string;
  type: string;
  type_version: string;
  aggregate_type: string;
  aggregate_id: string;
  aggregate_version: string;
  subject: string;
  occurred_at: string;
  correlation_id: string | null;
  causation_id: string | null;
  traceparent: string | null;
  tracestate: string | null;
  data: string;
}

/** The columns of an event with their types, shared by outbox, log and dead rows. */
export const eventColumns = {
  event_id: 'uuid',
  type: 'text',
  type_version: 'smallint',
  aggregate_type: 'text',
  aggregate_id: 'text',
  aggregate_version: 'int',
  subject: 'text',
  occurred_at: 'timestamptz',
  correlation_id: 'text',
  causation_id: 'text',
  traceparent: 'text',
  tracestate: 'text',
  data: 'text',
} as const satisfies Partial<Record<keyof OutboxRow, string>>;

export const eventColumnNames = Object.keys(eventColumns) as (keyof typeof eventColumns)[];
export const eventColumnList = eventColumnNames.join(', ');

/** The select list that reads a row as text. */
export const asText = ['id', ...eventColumnNames].map((name) => `${name}::text`).join(', ');

/** One aggregate of the service. */
export const aggregateOf = ({ aggregate_type, aggregate_id }: Pick<OutboxRow, 'aggregate_type' | 'aggregate_id'>): string =>
  JSON.stringify([aggregate_type, aggregate_id]);
