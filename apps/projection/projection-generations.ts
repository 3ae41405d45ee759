import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { raw, sql } from '../../libs/database/sql.js';
import { holdLog } from '../../libs/messaging/log/trim-lock.js';
import type { Projection } from './projection.js';

export interface Generations {
  /** The generation that readers see. */
  generation: number;
  /** The generation that a rebuild writes. */
  building: number | null;
  /** Whether the snapshot has been copied into it. Consumers write it only after that. */
  seeded: boolean;
  /** The position of the log up to which the snapshot, generation 0, is complete. */
  snapshot: number;
}

/** After this time every process has noticed the rebuild and writes to the new generation as well. */
const NOTICED_AFTER_S = 1.5;

const lockOf = (name: string): string => `projection ${name}`;

/** How many old generations may still have rows. */
const MAX_OLD_GENERATIONS = 5;
const REMOVAL_BATCH = 5_000;
const COPY_BATCH = 5_000;

/** The tables with rows of consumers, with the column of the primary key behind `consumer`, or `consumer` itself. */
const consumerTables = {
  inbox: 'occurrence_id',
  inbox_head: 'aggregate_key',
  inbox_dead: 'occurrence_id',
  inbox_start: 'consumer',
  inbox_mark: 'consumer',
};

/** The generations of a read model: the live one and the one that is built. All processes share one row. */
export class ProjectionGenerations {
  constructor(
    private readonly database: Pool,
    private readonly projection: Projection,
  ) {}

  async current(): Promise<Generations> {
    const { name } = this.projection;
    const { rows } = await this.database.query<Generations>(
      sql`select generation, building, building is not null and building_since is not null as seeded,
         snapshot::float8 as snapshot
       from projection where name = ${name}`,
    );
    if (rows[0]) return rows[0];
    await inTransaction(this.database, async (tx) => {
      await holdLog(tx);
      // The snapshot starts at the floor: it cannot have events that were removed before.
      await tx.query(
        sql`insert into projection (name, generation, snapshot) select ${name}, 1, position from events.log_floor
         on conflict do nothing`,
      );
    });
    return this.current();
  }

  /** Begins the next generation, or finds the current rebuild. No consumer writes it before `seed`. @returns its number. */
  async begin(): Promise<number> {
    const { rows } = await this.database.query<{ building: number }>(
      sql`update projection set building = coalesce(building, generation + 1) where name = ${this.projection.name}
       returning building`,
    );
    return rows[0]!.building;
  }

  /**
   * Copies the snapshot into the generation that is built, in bounded batches, and starts its consumers after it. The snapshot
   * does not change meanwhile, so another process can continue an interrupted copy.
   * @param stopping ends it before the next batch. @returns whether it is complete.
   */
  async seed(generation: number, stopping: AbortSignal): Promise<boolean> {
    const session = await this.database.connect();
    // A session that breaks between two statements emits an event, which would end the process without a listener.
    session.on('error', () => {});
    try {
      const { rows } = await session.query<{ mine: boolean }>(
        sql`select pg_try_advisory_lock(hashtextextended(${lockOf(this.projection.name)}, 1)) as mine`,
      );
      if (!rows[0]?.mine) return false;
      const { rows: known } = await session.query<{ snapshot: string }>(
        sql`select snapshot from projection where name = ${this.projection.name} and building = ${generation}
         and building_since is null`,
      );
      if (!known[0]) return true;
      for (const [table, key] of Object.entries(this.projection.tables))
        await copySnapshot(session, table, key, generation, stopping);
      if (stopping.aborted) return false;
      await this.startConsumersAt(session, generation, known[0].snapshot);
      return true;
    } finally {
      session.release(true); // this also releases the lock
    }
  }

  /** Sets the start of the consumers and enables them, in one statement. */
  private async startConsumersAt(session: PoolClient, generation: number, snapshot: string): Promise<void> {
    const consumers = this.projection.consumers(generation).map(({ name }) => name);
    await session.query(
      sql`with starts as (
         insert into inbox_start (consumer, position) select unnest(${consumers}::text[]), ${snapshot}::bigint on conflict do nothing
       ), marks as (
         insert into inbox_mark (consumer, position, cleared)
         select unnest(${consumers}::text[]), ${snapshot}::bigint, ${snapshot}::bigint on conflict do nothing
       )
       update projection set building_since = clock_timestamp() where name = ${this.projection.name} and building = ${generation}`,
    );
  }

  /**
   * Makes the built generation live, while no consumer writes to the old one. So readers never see less than before.
   * @param ready called under the lock: whether the new generation has everything of the old one. It may still fetch missing
   * events.
   * @returns whether it is live now.
   */
  async switchTo(generation: number, ready: (old: number) => Promise<boolean>): Promise<boolean> {
    const { name } = this.projection;
    return inTransaction(this.database, async (tx) => {
      await tx.query(`set local lock_timeout = '2s'`);
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${lockOf(name)}, 0))`);
      const { rows } = await tx.query<{ generation: number }>(
        sql`select generation from projection where name = ${name} and building = ${generation}
         and building_since < clock_timestamp() - make_interval(secs => ${NOTICED_AFTER_S})`,
      );
      if (!rows[0] || !(await ready(rows[0].generation))) return false;
      await tx.query(
        sql`update projection set generation = ${generation}, building = null, building_since = null,
           rebuilt_at = clock_timestamp()
         where name = ${name} and building = ${generation}`,
      );
      return true;
    });
  }

  /** Locks the live generation for a transaction that writes to it. Waits during a switch. */
  async lockLive(tx: PoolClient): Promise<void> {
    await tx.query(sql`select pg_advisory_xact_lock_shared(hashtextextended(${lockOf(this.projection.name)}, 0))`);
  }

  /** Called in a transaction that writes to another generation: its commit does not wait for the disk, unless readers have the generation by now. */
  async writeUnread(tx: PoolClient, generation: number): Promise<void> {
    await tx.query(
      sql`select set_config('synchronous_commit', 'off', true) from projection
       where name = ${this.projection.name} and generation <> ${generation}`,
    );
  }

  /**
   * Removes a batch of rows of old generations. Another process may have written to one until recently, so this is repeated.
   * @returns whether there may be more.
   */
  async removeOld(): Promise<boolean> {
    const { generation } = await this.current();
    let more = false;
    for (let old = Math.max(1, generation - MAX_OLD_GENERATIONS); old < generation; old++) {
      for (const [table, key] of Object.entries(this.projection.tables))
        more = (await this.removeBatch(table, 'generation', old, key)) || more;
      for (const { name } of this.projection.consumers(old))
        for (const [table, key] of Object.entries(consumerTables))
          more = (await this.removeBatch(table, 'consumer', name, key)) || more;
    }
    return more;
  }

  /** The order by the primary key lets the index select the batch. */
  private async removeBatch(
    table: string,
    owner: 'generation' | 'consumer',
    value: number | string,
    key: string,
  ): Promise<boolean> {
    const { rowCount } = await this.database.query(
      sql`delete from ${raw(table)} where ctid = any(array(
         select ctid from ${raw(table)} where ${raw(owner)} = ${value} order by ${raw(owner)}, ${raw(key)} limit ${REMOVAL_BATCH}))`,
    );
    return rowCount === REMOVAL_BATCH;
  }
}

/** Copies generation 0 of a table in batches, until it is stopped. Existing rows stay. */
async function copySnapshot(
  session: PoolClient,
  table: string,
  key: string,
  generation: number,
  stopping: AbortSignal,
): Promise<void> {
  const { rows } = await session.query<{ columns: string }>(
    sql`select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'generation'`,
  );
  const { columns } = rows[0]!;
  for (let last: string | null = ''; last !== null && !stopping.aborted;) {
    const copied: { rows: { last: string | null }[] } = await session.query(
      sql`with batch as materialized (
         select * from ${raw(table)} where generation = 0 and ${raw(key)} > ${last}
           order by generation, ${raw(key)} limit ${COPY_BATCH}
       ), copied as (
         insert into ${raw(table)} (generation, ${raw(columns)})
         select ${generation}, ${raw(columns)} from batch on conflict do nothing
       )
       select max(${raw(key)}) as last from batch`,
    );
    last = copied.rows[0]!.last;
  }
}
