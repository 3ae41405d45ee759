import { readFileSync } from 'node:fs';
import type { PoolClient } from 'pg';

/** A statement that a process has run, with its plan and how many rows each node of it had. */
export interface ExplainedStatement {
  /** The application name of the connection, such as `roundtrip-hooks`. */
  application: string;
  /** On one line. */
  statement: string;
  plan: string;
}

/** Has the server log each statement with its plan. For connections that are made from now on. */
export async function explainEverything(client: PoolClient): Promise<void> {
  await client.query(`load 'auto_explain'`); // else its settings are unknown
  for (const setting of [
    `session_preload_libraries = 'auto_explain'`,
    'auto_explain.log_min_duration = 0',
    'auto_explain.log_analyze = on', // counts rows
    'auto_explain.log_timing = off',
    'auto_explain.log_nested_statements = on', // of foreign keys and functions
    'auto_explain.log_verbose = on', // names schemas
    'auto_explain.log_parameter_max_length = 100',
    `log_line_prefix = '%a|'`,
  ])
    await client.query(`alter system set ${setting}`);
  await client.query('select pg_reload_conf()');
}

/** Reads what `explainEverything` has had logged, from the server's log. */
export function explainedStatements(logFile: string): ExplainedStatement[] {
  const records = readFileSync(logFile, 'utf8').split(/\n(?!\t)/);
  return records.flatMap((record) => {
    const [, application, body] = /^([^|\n]*)\|LOG: {2}duration: [^\n]*plan:\n\tQuery Text: (.*)$/s.exec(record) ?? [];
    if (application === undefined || body === undefined) return [];
    const end = body.search(/\n\t(Query Parameters: |[A-Z][^\n]*\(cost=)/);
    const [text, nodes] = [body.slice(0, end), body.slice(end + 1)];
    const plan = nodes
      .split('\n')
      .map((line) => line.replace(/^\t/, ''))
      .filter((line) => !/^\s*(Output:|Query Identifier:)/.test(line));
    return [{ application, statement: text.replaceAll(/\s+/g, ' ').trim(), plan: plan.join('\n') }];
  });
}

/** The tables that a plan reads sequentially, as `schema.table`. The plan may have come without reading one of them. */
export function scannedTables({ plan }: ExplainedStatement): string[] {
  return [...plan.matchAll(/Seq Scan on (\S+)/g)].map(([, table]) => table!.replaceAll('"', ''));
}

const scan =
  /(?:Seq|Index|Index Only|Bitmap Heap|Tid|Tid Range) Scan(?: Backward)?(?: using \S+)? on (\S+) .*\(actual rows=([\d.]+) loops=(\d+)\)/;
const removed = /Rows Removed by (?:Filter|Index Recheck): (\d+)/;

/** How many rows of each table, given as `schema.table`, the statement has read in its largest scan, those included that it had no use for. */
export function rowsRead({ plan }: ExplainedStatement): ReadonlyMap<string, number> {
  const read = new Map<string, number>();
  let node: { table: string; rows: number; loops: number } | undefined;
  for (const line of plan.split('\n')) {
    const [, name, rows, loops] = scan.exec(line) ?? [];
    if (name !== undefined) node = { table: name.replaceAll('"', ''), rows: Number(rows) * Number(loops), loops: Number(loops) };
    else if (line.includes('(actual rows=') || line.includes('(never executed)')) node = undefined;
    if (!node) continue;
    node.rows += Number(removed.exec(line)?.[1] ?? 0) * node.loops;
    read.set(node.table, Math.max(read.get(node.table) ?? 0, node.rows));
  }
  return read;
}
