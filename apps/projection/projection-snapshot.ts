import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { sql } from '../../libs/database/sql.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { broughtTypes, type Consumer, isWantedBy } from '../../libs/messaging/inbox/consumer.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { partitionKeyOf } from '../../libs/messaging/event/partition-key.js';
import { isPassing } from '../../libs/messaging/inbox/passing-failure.js';
import type { Projection } from './projection.js';

/** The generation of the snapshot. */
export const SNAPSHOT = 0;
const BATCH = 500;

/**
 * Keeps the snapshot of a read model: generation 0, the state at a position of the log. The consumers write it in the order of
 * the log. One transaction has a batch of events and the position, so it needs no inbox.
 */
export class ProjectionSnapshot {
  constructor(
    private readonly database: Pool,
    private readonly projection: Projection,
  ) {}

  /**
   * Adds the next events to the snapshot, at most up to a position, unless a rebuild copies it.
   * @param live the consumers of the live generation: events that an operator has skipped there are skipped here. An event that
   * needs a decision there waits, with everything after it.
   * @returns whether there is more to add.
   * @throws the error of a consumer, unless a later event has overtaken the event: nothing is added then, and retention removes
   * only added events.
   */
  async advance(live: readonly Consumer[], upTo: number): Promise<boolean> {
    return inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<{ snapshot: number }>(
        sql`select snapshot::float8 as snapshot from projection
         where name = ${this.projection.name} and (building is null or building_since is not null) for no key update skip locked`,
      );
      if (!rows[0]) return false;
      const { snapshot } = rows[0];
      const end = Math.min(upTo, await this.undecided(tx, live, upTo));
      if (end <= snapshot) return false;
      const consumers = this.projection.consumers(SNAPSHOT);
      const types = [...new Set(consumers.flatMap(broughtTypes))];
      const page = await new EventLog(tx).read({ after: snapshot, scan: BATCH, types });
      if (page.missed)
        throw new Error(
          `Events after position ${snapshot} were removed before the snapshot of ${this.projection.name} had them.`,
        );
      const events = page.events.filter(({ position }) => position <= end);
      const skipped = await this.skipped(tx, live, events);
      const heads = await this.heads(tx, live, events);
      for (const event of events)
        for (const [index, consumer] of consumers.entries()) {
          const { name } = live[index]!;
          if (!isWantedBy(consumer, event) || skipped.has(`${name} ${event.eventId}`)) continue;
          const head = heads.get(`${name} ${partitionKeyOf(event)}`) ?? 0;
          if (event.aggregateVersion < head) await applyOvertaken(consumer, event, tx);
          else await consumer.handle(event, tx);
        }
      const to = Math.min(end, page.scannedTo);
      if (to <= snapshot) return false;
      await tx.query(sql`update projection set snapshot = ${to} where name = ${this.projection.name}`);
      return to < end;
    });
  }

  /** The position before the first event that needs or awaits a decision. */
  private async undecided(tx: PoolClient, live: readonly Consumer[], otherwise: number): Promise<number> {
    const { rows } = await tx.query<{ first: string | null }>(
      sql`select min(position) as first from inbox_dead where consumer = any(${live.map(({ name }) => name)})
       and state in ('failing', 'parked', 'dead')`,
    );
    return rows[0]?.first == null ? otherwise : Number(rows[0].first) - 1;
  }

  /** The newest version that each aggregate of the events has been applied in, by the live consumers that need no other. */
  private async heads(
    tx: PoolClient,
    live: readonly Consumer[],
    events: readonly LoggedEvent[],
  ): Promise<ReadonlyMap<string, number>> {
    const latest = live.filter(({ mode }) => mode === 'latest').map(({ name }) => name);
    if (latest.length === 0) return new Map();
    const { rows } = await tx.query<{ key: string; version: number }>(
      sql`select consumer || ' ' || aggregate_key as key, last_version as version from inbox_head
       where consumer = any(${latest}) and aggregate_key = any(${[...new Set(events.map(partitionKeyOf))]})`,
    );
    return new Map(rows.map(({ key, version }) => [key, version]));
  }

  private async skipped(tx: PoolClient, live: readonly Consumer[], events: readonly LoggedEvent[]): Promise<ReadonlySet<string>> {
    const { rows } = await tx.query<{ skipped: string }>(
      sql`select consumer || ' ' || occurrence_id as skipped from inbox_dead
       where consumer = any(${live.map(({ name }) => name)})
         and occurrence_id = any(${events.map(({ eventId }) => eventId)}::uuid[]) and state = 'skipped'`,
    );
    return new Set(rows.map(({ skipped }) => skipped));
  }
}

/**
 * Applies an event of an aggregate of which the read model has a later one. The live consumer may have dropped it without a try, so what
 * cannot be applied is left out here, too: the later event says everything, and comes behind it.
 */
async function applyOvertaken(consumer: Consumer, event: LoggedEvent, tx: PoolClient): Promise<void> {
  await tx.query('savepoint overtaken');
  try {
    await consumer.handle(event, tx);
    await tx.query('release savepoint overtaken');
  } catch (error) {
    if (isPassing(error)) throw error;
    await tx.query('rollback to savepoint overtaken');
  }
}
