import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../libs/database/in-transaction.js';
import type { Projection } from './projection.js';

export interface Generations {
  /** The one that is read. */
  generation: number;
  /** The one that a rebuild writes. */
  building: number | null;
}

/** By then every process has noticed that a generation is being built, and writes to it, too. */
const NOTICED_AFTER_S = 1.5;

const lockOf = (name: string): string => `projection ${name}`;

/** How many generations back something may be left of. */
const OLD = 5;
const REMOVED_AT_ONCE = 5_000;

/** What is kept about each consumer, with the column that is the primary key behind `consumer`, or `consumer` itself. */
const consumerTables = {
  inbox: 'occurrence_id',
  inbox_head: 'aggregate_key',
  inbox_dead: 'occurrence_id',
  inbox_start: 'consumer',
  projection_mark: 'consumer',
};

/** Which generation of a read model is read, and which is being built: one row, shared by all processes. */
export class ProjectionGenerations {
  constructor(
    private readonly database: Pool,
    private readonly projection: Projection,
  ) {}

  async current(): Promise<Generations> {
    const { name } = this.projection;
    const { rows } = await this.database.query<Generations>('select generation, building from projection where name = $1', [
      name,
    ]);
    if (rows[0]) return rows[0];
    await this.database.query('insert into projection (name, generation) values ($1, 1) on conflict do nothing', [name]);
    return this.current();
  }

  /** Begins the next generation, or finds the one that was begun. @returns its number. */
  async begin(): Promise<number> {
    const { rows } = await this.database.query<{ building: number }>(
      `update projection set building = coalesce(building, generation + 1), building_since = coalesce(building_since, clock_timestamp())
       where name = $1 returning building`,
      [this.projection.name],
    );
    return rows[0]!.building;
  }

  /**
   * Makes the generation that was built the one that is read, while nobody writes to the old one, so that readers never see less than they have seen.
   * @param ready called then: whether the new one has everything that the old one has. It may still fetch what is missing.
   * @returns whether it is read now.
   */
  async switchTo(generation: number, ready: (old: number) => Promise<boolean>): Promise<boolean> {
    const { name } = this.projection;
    return inTransaction(this.database, async (tx) => {
      await tx.query(`set local lock_timeout = '2s'`);
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lockOf(name)]);
      const { rows } = await tx.query<{ generation: number }>(
        'select generation from projection where name = $1 and building = $2 and building_since < clock_timestamp() - make_interval(secs => $3)',
        [name, generation, NOTICED_AFTER_S],
      );
      if (!rows[0] || !(await ready(rows[0].generation))) return false;
      await tx.query(
        `update projection set generation = $2, building = null, building_since = null, rebuilt_at = clock_timestamp()
         where name = $1 and building = $2`,
        [name, generation],
      );
      return true;
    });
  }

  /** Called in a transaction that writes to the generation that is read: waits while another one takes its place. */
  async writeToLive(tx: PoolClient): Promise<void> {
    await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [lockOf(this.projection.name)]);
  }

  /**
   * Removes a batch of what is left of generations before the one that is read. Another process may have written to one until a moment ago,
   * so this is done again and again. @returns whether there may be more.
   */
  async removeOld(): Promise<boolean> {
    const { generation } = await this.current();
    let more = false;
    for (let old = Math.max(1, generation - OLD); old < generation; old++) {
      for (const [table, key] of Object.entries(this.projection.tables))
        more = (await this.removeBatch(table, 'generation', old, key)) || more;
      for (const { name } of this.projection.consumers(old))
        for (const [table, key] of Object.entries(consumerTables))
          more = (await this.removeBatch(table, 'consumer', name, key)) || more;
    }
    return more;
  }

  /** The order by the primary key lets the index find the batch. */
  private async removeBatch(
    table: string,
    owner: 'generation' | 'consumer',
    value: number | string,
    key: string,
  ): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `delete from ${table} where ctid = any(array(select ctid from ${table} where ${owner} = $1 order by ${owner}, ${key} limit $2))`,
      [value, REMOVED_AT_ONCE],
    );
    return rowCount === REMOVED_AT_ONCE;
  }
}
