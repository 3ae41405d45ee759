import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { decodeCursor, encodeCursor } from '../service-kit/cursor.js';
import type { Transaction } from './transaction.js';

export interface NewestFirst {
  table: string;
  /** The column of the ids. */
  id: string;
  /** All of them hold. */
  where: readonly Sql[];
  /** The cursor of the page before. */
  after: string | undefined;
  limit: number;
}

/**
 * The ids of a page of rows, the newest first, and the cursor of the next page. The row comparison lets the index on `created_at` and the
 * id begin at the cursor, so that every page costs the same. Prisma writes a keyset condition as an OR, which no index bounds.
 *
 * @throws ProblemException 422 `INVALID_CURSOR`.
 */
export async function newestFirst(
  reader: Transaction,
  { table, id, where, after, limit }: NewestFirst,
): Promise<{ ids: string[]; next: string | null }> {
  const [createdAt, lastId] = after === undefined ? [] : decodeCursor(after, ['instant', 'string']);
  const key = raw(id);
  const behind = createdAt === undefined ? [] : [sql`(created_at, ${key}) < (${createdAt}::timestamptz, ${lastId})`];
  const rows = await reader.$queryRaw<{ id: string; createdAt: Date }[]>(
    sql`select ${key} as id, created_at as "createdAt" from ${raw(table)} where ${join([...where, ...behind], ' and ')}
        order by created_at desc, ${key} desc limit ${limit + 1}`,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    ids: page.map((row) => row.id),
    next: rows.length > limit && last ? encodeCursor(last.createdAt.toISOString(), last.id) : null,
  };
}
