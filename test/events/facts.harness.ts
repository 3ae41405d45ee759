import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';

/** A fact about an aggregate, wherever on its way it is: in its service's outbox or in the log. */
export interface Fact {
  type: string;
  version: number;
  correlationId: string | null;
  data: Record<string, unknown>;
}

/** Reads what a service has stated about an aggregate, in order of version. */
export function factsOf(service: string) {
  const admin = new pg.Client({ connectionString: system().databaseAdminUrl });
  beforeAll(() => admin.connect());
  afterAll(() => admin.end());
  const columns = `type || '.v' || type_version as type, aggregate_version as version, correlation_id as "correlationId", data::jsonb as data`;
  const read = async (aggregateId: string) => {
    const { rows } = await admin.query<Fact>(
      `select ${columns} from ${pg.escapeIdentifier(service)}.outbox where aggregate_id = $1
       union all select ${columns} from events.log where service = $2 and aggregate_id = $1 order by version`,
      [aggregateId, service],
    );
    return rows;
  };
  /** Once the last of them is of the given type. */
  return (aggregateId: string, lastType: string) =>
    eventually(
      () => read(aggregateId),
      (facts) => facts.at(-1)?.type === lastType,
    );
}
