import { raw, type Sql, sql } from './sql.js';

const COUNTED_UP_TO = 100_000;

/**
 * SQL for how many rows there are, up to a limit: counting to the end would cost more the more there are.
 * @param rows what follows `from`, its condition included; an index has to bound it. A state in it has to be a constant: of one that another
 * relation gives, the planner does not know that it is rare, and reads the whole table.
 */
export const boundedCount = (rows: Sql, limit = COUNTED_UP_TO): Sql =>
  sql`(select count(*)::int from (select from ${rows} limit ${raw(String(limit))}) counted)`;
