import { Inject, Injectable } from '@nestjs/common';
import { raw, sqltag as sql } from '@prisma/client/runtime/client';
import type { TrimCommand, Trimmed } from '../../contracts/participant/retention.resource.js';
import { DATABASE } from './command.executor.js';
import type { Transaction } from './transaction.js';

/** Rows that refuse or answer late and repeated commands. They are useless once no such command can arrive any more. */
export interface TrimmableTable {
  readonly table: string;
  /** Removes the oldest rows from before an instant, `limit` at the most, by an index. Waits for no lock. @returns how many. */
  trim(database: Transaction, before: Date, limit: number): Promise<number>;
}

export const TRIMMABLE_TABLES = Symbol('TRIMMABLE_TABLES');
export const COMMAND_RETENTION_MS = Symbol('COMMAND_RETENTION_MS');

/** A batch takes a few milliseconds, so that it delays no command. */
const BATCH = 1_000;

/** The idempotency keys with their answers, sealed ones included. */
export const commandKeys: TrimmableTable = {
  table: 'command',
  trim: (database, before, limit) => database.$executeRaw`
    delete from command where key = any(array(
      select key from command where created_at < ${before} order by created_at limit ${limit} for update skip locked))`,
};

/** The tombstones of a table whose rows have a version: those of version 0, which have published nothing. Other rows stay. */
export const tombstonesOf = (table: string, id: string): TrimmableTable => ({
  table,
  trim: (database, before, limit) =>
    database.$executeRaw(sql`
      delete from ${raw(table)} where ${raw(id)} = any(array(
        select ${raw(id)} from ${raw(table)} where version = 0 and created_at < ${before}
        order by created_at limit ${limit} for update skip locked))`),
});

/** Removes the records of commands that have ended, as far back as its caller and its own retention allow. */
@Injectable()
export class Retention {
  constructor(
    @Inject(DATABASE) private readonly database: Transaction,
    @Inject(TRIMMABLE_TABLES) private readonly tables: readonly TrimmableTable[],
    @Inject(COMMAND_RETENTION_MS) private readonly retentionMs: number,
  ) {}

  /** One batch of each table, each in its own transaction. */
  async trim({ keepCommandsSince }: TrimCommand, now = Date.now()): Promise<Trimmed> {
    const before = new Date(Math.min(Date.parse(keepCommandsSince), now - this.retentionMs));
    const removed: Record<string, number> = {};
    for (const trimmable of this.tables) removed[trimmable.table] = await trimmable.trim(this.database, before, BATCH);
    const more = Object.values(removed).some((count) => count === BATCH);
    return { keptSince: before.toISOString(), removed, more };
  }
}
