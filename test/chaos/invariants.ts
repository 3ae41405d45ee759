import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';

const FOLDER = 'test/chaos/invariants';
const SUFFIX = '.sql';
/** So many rows of a violation are shown. */
const ROWS = 20;

export interface Invariant {
  name: string;
  /** The promise in words, as its file begins. */
  promise: string;
  sql: string;
}

export interface Violation {
  invariant: string;
  promise: string;
  rows: Record<string, unknown>[];
}

/** Every invariant of a folder: a query that answers the rows that break a promise. */
export function readInvariants(folder = FOLDER): Invariant[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .sort()
    .map((file) => {
      const sql = readFileSync(path.join(folder, file), 'utf8');
      const comment = /^(?:--.*\n)+/.exec(sql)?.[0] ?? '';
      const promise = comment.replaceAll(/^-- ?/gm, '').trim().replaceAll('\n', ' ');
      return { name: path.basename(file, SUFFIX), promise, sql: sql.trim().replace(/;$/, '') };
    });
}

/** Asks every invariant on one connection, so also of what a transaction has not committed. @returns those that do not hold. */
export async function violations(
  client: Pick<pg.PoolClient, 'query'>,
  invariants: readonly Invariant[] = readInvariants(),
): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { name, promise, sql } of invariants) {
    const { rows } = await client
      .query<Record<string, unknown>>(`select * from (${sql}) violation limit ${ROWS}`)
      .catch((error: Error) => {
        throw new Error(`The invariant ${name} could not be asked: ${error.message}`, { cause: error });
      });
    if (rows.length > 0) found.push({ invariant: name, promise, rows });
  }
  return found;
}
