import pg from 'pg';
import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import { logReaders } from '../../database/services.js';
import { join, raw, sql } from '../../database/sql.js';
import { BackgroundLoop } from '../../service-kit/background-loop.js';
import { EventLog } from '../log/event-log.js';
import { TRIM_LOCK } from '../log/trim-lock.js';
import { raiseHeads } from './append-rows.js';
import { inBoundedTransaction, type Queryable } from './bounded-transaction.js';
import type { OutboxPlace } from './outbox-place.js';
import type { Outboxes } from './outboxes.js';
import { removeSkipped } from './skipped-events.js';

export interface LogRetentionOptions {
  /** The log's database as the role that owns the log. */
  database: pg.Pool;
  outboxes: Pick<Outboxes, 'all'>;
  /** How long events are kept at least, in milliseconds. */
  retentionMs: number;
  /** The broker that this relay publishes to. The cursors of other brokers keep nothing. */
  broker: string | undefined;
  /** When the oldest open saga began. Events since then are kept. @throws if it is unknown now. Nothing is removed then. */
  sagaFloor: () => Promise<Date>;
  logger: Logger;
  /** Pause between two runs, in milliseconds. Default: a tenth of `retentionMs`, between 1 s and 60 s. */
  everyMs?: number;
}

/** A reader for whom events are kept, and the position after which they are kept. */
export interface LogReader {
  name: string;
  position: number;
}

const BATCH = 1_000;
/** An external outbox may have rows that the log has, too. The log's rows identify them. The clocks may differ by this much. */
const OUTBOX_MARGIN_MS = 3_600_000;

const floor = new Gauge({ name: 'log_floor_position', help: 'The last position that was removed from the log' });
const held = new Gauge({
  name: 'log_held_positions',
  help: 'How many positions of the log are kept for a reader beyond their retention; 0 for most readers',
  labelNames: ['reader'],
});

/**
 * Removes old events from the log, in small batches from its beginning. It removes an event if it is older than the retention and every
 * reader is past it. Readers are in the views `log_reader` of the reading schemas. The last version of each aggregate stays in `log_head`.
 */
export class LogRetention {
  private readonly log: EventLog;
  private readonly loop: BackgroundLoop;
  private failing = false;
  /** The services whose skipped events could not be removed the last time. */
  private readonly failingOutboxes = new Set<string>();

  constructor(private readonly options: LogRetentionOptions) {
    const { retentionMs, everyMs = Math.min(60_000, Math.max(1_000, retentionMs / 10)) } = options;
    this.log = new EventLog(options.database);
    this.loop = new BackgroundLoop(() => this.stepSafely(), { idleMs: everyMs, onError: () => {} });
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the current batch is committed. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /**
   * Removes one batch of events, and one of skipped ones from each outbox. An outbox that fails is left out, with a warning.
   * @returns whether there may be more. @throws if a reader's position is unavailable. Nothing is removed then.
   */
  async step(): Promise<boolean> {
    let more = await this.trim();
    for (const place of await this.options.outboxes.all()) more = (await this.removeSkippedSafely(place)) || more;
    return more;
  }

  private async trim(): Promise<boolean> {
    const { database } = this.options;
    const limits: [LogReader, ...LogReader[]] = [
      { name: 'retention', position: await this.log.olderThan(this.options.retentionMs) },
    ];
    const { floor: before } = await this.log.bounds();
    floor.set(before);
    if (limits[0].position <= before) {
      held.reset();
      return false;
    }
    limits.push(await this.from('sagas', await this.options.sagaFloor()), ...(await this.externalOutboxes()));
    return inBoundedTransaction(database, async (tx) => {
      // A separate statement, so that later ones see every reader that began before the lock.
      const { rows: locked } = await tx.query<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(${TRIM_LOCK}) as mine`);
      if (!locked[0]?.mine) return false;
      const all = [...limits, ...(await this.readers(tx))];
      this.report(all, before);
      return (await remove(tx, Math.min(...all.map(({ position }) => position)))) === BATCH;
    });
  }

  private async stepSafely(): Promise<boolean> {
    try {
      const more = await this.step();
      this.failing = false;
      return more;
    } catch (error) {
      if (!this.failing)
        this.options.logger.warn({ err: error }, 'Old events cannot be removed from the log now; removal is tried again');
      this.failing = true;
      return false;
    }
  }

  private async removeSkippedSafely(place: OutboxPlace): Promise<boolean> {
    const { database, retentionMs, logger } = this.options;
    const { service } = place;
    try {
      const more = await removeSkipped(database, place, retentionMs);
      this.failingOutboxes.delete(service);
      return more;
    } catch (error) {
      if (!this.failingOutboxes.has(service))
        logger.warn({ service, err: error }, `Skipped events of ${service} cannot be removed now; removal is tried again`);
      this.failingOutboxes.add(service);
      return false;
    }
  }

  /** The readers of all schemas. @throws Error if a schema that may read the log has no readable `log_reader`. */
  private async readers(tx: Queryable): Promise<LogReader[]> {
    const { rows: views } = await tx.query<{ service: string }>(
      sql`select n.nspname as service from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relname = 'log_reader' and c.relkind = 'v' and has_schema_privilege(n.oid, 'usage')
         and has_table_privilege(c.oid, 'select')`,
    );
    const found = views.map(({ service }) => service);
    const silent = logReaders.filter((service) => !found.includes(service));
    if (silent.length > 0)
      throw new Error(`The relay may not read log_reader of ${silent.join(', ')}; prepare the databases (apps/setup).`);
    const cursor = `broker:${this.options.broker ?? ''}`;
    const ofServices = found.map(
      (service) => sql`select ${service} || ': ' || name, position from ${raw(pg.escapeIdentifier(service))}.log_reader`,
    );
    const { rows } = await tx.query<{ name: string; position: string }>(
      sql`select 'broker ' || name as name, position from events.cursor where name = ${cursor}
       union all ${join(ofServices, ' union all ')}`,
    );
    return rows.map(({ name, position }) => ({ name, position: Number(position) }));
  }

  /** The log's rows identify repeats from external outboxes, so they are kept until the outbox has lost its copies. */
  private async externalOutboxes(): Promise<LogReader[]> {
    const places = (await this.options.outboxes.all()).filter(({ externalPool }) => externalPool !== undefined);
    const readers = await Promise.all(
      places.map(async ({ service, outbox, externalPool }) => {
        const { rows } = await externalPool!.query<{ oldest: Date }>(
          sql`select created_at as oldest from ${outbox} order by id limit 1`,
        );
        const [first] = rows;
        return first && this.from(`outbox of ${service}`, new Date(first.oldest.getTime() - OUTBOX_MARGIN_MS));
      }),
    );
    return readers.filter((reader) => reader !== undefined);
  }

  private async from(name: string, time: Date): Promise<LogReader> {
    return { name, position: await this.log.before(time) };
  }

  private report(readers: readonly LogReader[], before: number): void {
    const [{ position: wanted }] = readers as [LogReader];
    held.reset();
    for (const { name, position } of readers.slice(1))
      held.set({ reader: name }, wanted - Math.min(wanted, Math.max(before, position)));
  }
}

/** @returns how many events were removed. */
async function remove(tx: Queryable, upTo: number): Promise<number> {
  const { rows } = await tx.query<{ removed: number }>(
    sql`with gone as (
       delete from events.log where position = any(array(
         select position from events.log where position > (select position from events.log_floor) and position <= ${upTo}
         order by position limit ${BATCH}))
       returning service, aggregate_type, aggregate_id, aggregate_version
     ), heads as (${raiseHeads(sql`gone`)}
     ), gaps as (
       -- Every reader has passed an event behind the gap, so nobody waits for the versions in it.
       delete from events.log_gap where ctid = any(array(
         select passed.ctid from gone cross join lateral (
           -- A limit keeps the planner from a hash of all gaps.
           select ctid from events.log_gap g
           where g.service = gone.service and g.aggregate_type = gone.aggregate_type and g.aggregate_id = gone.aggregate_id
             and g.last_version < gone.aggregate_version limit 100) passed))
     )
     select count(*)::int as removed from gone`,
  );
  return rows[0]!.removed;
}
