import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growingTables } from '../../bench/harness/growing-tables.js';
import { services } from '../../libs/database/services.js';
import type { ChaosSystem } from '../chaos/chaos-system.js';
import { Receiver } from '../hooks/receiver.harness.js';
import { eventually } from '../support/api.js';
import { boundedTables, isBounded } from './bounded-tables.js';
import { EveryRoute } from './every-route.js';
import { type ExplainedStatement, explainedStatements, rowsRead, scannedTables } from './explained-statements.js';
import { endOtherConnections, ROWS, startGrownSystem } from './grown-system.harness.js';
import { filesWithLoops, loops, missingLoops } from './loops.js';

const growing = growingTables.map(({ table }) => table);
/** The most that any statement counts or removes at a time. */
const READ_AT_MOST = 10_000;
/** How many of the statements that read too much are shown for each table. */
const SHOWN = 3;

interface Counts {
  table: string;
  sequential: number;
}

let system: ChaosSystem;
let receiver: Receiver;

const statements = () => explainedStatements(path.join(system.logs, 'postgres.log'));

async function counts(): Promise<Counts[]> {
  const { rows } = await system.database.query<Counts>(
    `select schemaname || '.' || relname as "table", seq_scan::int as sequential
     from pg_stat_user_tables where schemaname || '.' || relname = any($1) order by 1`,
    [growing],
  );
  return rows;
}

/** Each statement once, with its plan. */
function shown(statements: readonly ExplainedStatement[]): string {
  const distinct = [...new Map(statements.map((one) => [one.statement, one])).values()].slice(0, SHOWN);
  return distinct.map(({ application, statement, plan }) => `${application}: ${statement}\n${plan}`).join('\n\n');
}

beforeAll(async () => {
  receiver = await Receiver.start();
  system = await startGrownSystem(receiver.url);
}, 600_000);

afterAll(async () => {
  await system?.stop();
  await receiver.stop();
}, 60_000);

describe(`with ${ROWS} rows in every table that grows`, () => {
  it('knows of every table whether it grows', async () => {
    const { rows } = await system.database.query<{ table: string }>(
      `select schemaname || '.' || tablename as "table" from pg_tables where schemaname = any($1) order by 1`,
      [services],
    );
    const tables = rows.map(({ table }) => table);
    const unknown = tables.filter((table) => !growing.includes(table) && !isBounded(table));
    expect(unknown, 'Give each a line in bench/harness/growing-tables.ts, or a reason in bounded-tables.ts.').toEqual([]);
    const names = new Set(tables.flatMap((table) => [table, table.slice(table.indexOf('.') + 1)]));
    expect([...growing, ...Object.keys(boundedTables)].filter((table) => !names.has(table))).toEqual([]);
  });

  it('knows of every loop', () => {
    expect(filesWithLoops(), 'Say in loops.ts by which statement each loop is known.').toEqual(Object.keys(loops).toSorted());
  });

  it(
    'reads no table sequentially, and none in large parts, whichever route is called and whichever loop runs',
    { timeout: 180_000, retry: 0 },
    async () => {
      const api = new EveryRoute(system.embedded.addresses, receiver.url);
      await api.callAll();
      expect.soft(await api.uncalled(), 'Call each in every-route.ts.').toEqual([]);
      await eventually(
        async () => missingLoops(statements()),
        (missing) => missing.length === 0,
      );
      const client = await system.database.connect();
      await endOtherConnections(client);
      client.release();
      const explained = statements();
      const scanned = (await counts()).flatMap(({ table, sequential }) => {
        if (sequential === 0) return [];
        const by = explained.filter((one) => scannedTables(one).includes(table));
        return [`${table} was read sequentially ${sequential} times:\n\n${shown(by)}`];
      });
      expect.soft(scanned.join('\n\n')).toBe('');
      // A scan of an index may read as much, if it has no bound.
      const excessive = growing.flatMap((table) => {
        const by = explained.filter((one) => (rowsRead(one).get(table) ?? 0) > READ_AT_MOST);
        return by.length === 0 ? [] : [`A statement read more than ${READ_AT_MOST} rows of ${table}:\n\n${shown(by)}`];
      });
      expect.soft(excessive.join('\n\n')).toBe('');
    },
  );
});
