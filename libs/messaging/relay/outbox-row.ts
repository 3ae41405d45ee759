/** A fact as an outbox holds it. Everything is PostgreSQL's own text, so that nothing is lost on a way through this process. */
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

/** What a fact consists of, with its types: the columns that outbox, log and dead rows share. */
export const factColumns = {
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

export const factColumnNames = Object.keys(factColumns) as (keyof typeof factColumns)[];
export const factList = factColumnNames.join(', ');

/** The select list that reads a row as text. */
export const asText = ['id', ...factColumnNames].map((name) => `${name}::text`).join(', ');

/** One aggregate of the service. */
export const aggregateOf = ({ aggregate_type, aggregate_id }: Pick<OutboxRow, 'aggregate_type' | 'aggregate_id'>): string =>
  JSON.stringify([aggregate_type, aggregate_id]);
