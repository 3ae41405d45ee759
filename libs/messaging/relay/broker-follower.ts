import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { Counter, Gauge } from 'prom-client';
import { sql } from '../../database/sql.js';
import type { Channel } from '../channel/channel.js';
import { EventLog } from '../log/event-log.js';
import { holdLog } from '../log/trim-lock.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import { pause } from '../../timing/pause.js';
import { Backoff } from './backoff.js';

export interface BrokerFollowerOptions {
  /** The log's database as the role that owns the log. The follower keeps one connection. */
  database: Pool;
  /** The broker's name, which is part of the cursor's name. */
  name: string;
  /** Connects to the broker. */
  open: () => Promise<Channel>;
  logger: Logger;
  /** How long it waits after a failure, in milliseconds. */
  retryMs?: number;
}

/** The publisher to a broker has this advisory lock in the log's database, together with the hash of the broker's name. */
const BROKER_LOCK = 72_707;
const SCAN = 200;
/** How many refused events, and events behind them, may wait before the rest of the log waits, too. */
const HELD = 1_000;
const BACKOFF_MS = { first: 20, max: 200 };
const RETRY_MS = 1_000;

const published = new Counter({
  name: 'broker_events_published_total',
  help: 'Events that were handed to the broker, by outcome; refused ones are tried again',
  labelNames: ['outcome'],
});
const held = new Gauge({
  name: 'broker_events_held',
  help: 'Events that the broker refuses, and those of the same keys that wait behind them',
});
const position = new Gauge({
  name: 'broker_position',
  help: 'The broker has taken every event up to this position of the log; 0 if another relay publishes',
});

/**
 * Follows the log by a cursor and publishes to a broker, in order and at least once. Any number of relays may run one: a lock lets one
 * publish at a time, and another continues if it dies. A refused event blocks its key and is tried again. The cursor stays before it, so
 * later events are published again after a restart, and consumers ignore the repeats.
 */
export class BrokerFollower {
  private readonly backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.max);
  private readonly stopping = new AbortController();
  private readonly reported = new Set<string>();
  private readonly cursor: string;
  private channel: Channel | undefined;
  private running: Promise<void> | undefined;
  private failing = false;

  constructor(private readonly options: BrokerFollowerOptions) {
    this.cursor = `broker:${options.name}`;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the current batch is published and the connection to the broker is closed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.backoff.wake();
    await this.running;
    await this.channel?.close();
  }

  private async run(): Promise<void> {
    const { logger, retryMs = RETRY_MS } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.followIfAlone();
      } catch (error) {
        if (!this.failing)
          logger.warn({ broker: this.options.name, err: error }, 'The broker takes no events now; publishing is tried again');
        this.failing = true;
      }
      position.set(0);
      held.set(0);
      await pause(retryMs, signal);
    }
  }

  private async followIfAlone(): Promise<void> {
    const { database, name } = this.options;
    const session = await database.connect();
    // A session that breaks between two statements emits an error event. Without a listener it would end the process.
    session.on('error', () => {});
    try {
      const { rows } = await session.query<{ alone: boolean }>(
        sql`select pg_try_advisory_lock(${BROKER_LOCK}, hashtext(${name})) as alone`,
      );
      if (rows[0]?.alone) await this.follow(session);
    } finally {
      session.release(true); // the lock goes with it
    }
  }

  /** Runs until `stop`. @throws if the log or the broker cannot be used, or if another process has moved the cursor. */
  private async follow(session: PoolClient): Promise<void> {
    const { logger, name, open, retryMs = RETRY_MS } = this.options;
    this.channel ??= await open();
    const log = new EventLog(session);
    let written = await this.readCursor(session);
    let readTo = written;
    let waiting: readonly LoggedEvent[] = [];
    let triedAt = performance.now();
    logger.info({ broker: name, position: written }, 'Publishing to the broker');
    while (!this.stopping.signal.aborted) {
      if (waiting.length > 0 && performance.now() - triedAt > retryMs) {
        waiting = await this.publish(this.channel, waiting);
        triedAt = performance.now();
      }
      let more = false;
      if (waiting.length < HELD) {
        const page = await log.read({ after: readTo, scan: SCAN });
        if (page.missed)
          logger.error({ broker: name, after: readTo }, 'Events have been removed from the log before the broker had them');
        waiting = await this.publishFresh(this.channel, waiting, page.events);
        readTo = page.scannedTo;
        more = page.full;
      }
      const to = waiting.reduce((lowest, event) => Math.min(lowest, event.position - 1), readTo);
      if (to > written) {
        await this.writeCursor(session, written, to);
        written = to;
        this.backoff.reset();
      }
      position.set(written);
      held.set(waiting.length);
      if (this.failing) logger.warn({ broker: name }, 'The broker takes events again');
      this.failing = false;
      if (!more) await this.backoff.sleep();
    }
  }

  /** Publishes the fresh events whose key is not blocked. @returns all waiting events. */
  private async publishFresh(
    channel: Channel,
    waiting: readonly LoggedEvent[],
    fresh: readonly LoggedEvent[],
  ): Promise<readonly LoggedEvent[]> {
    const keys = new Set(waiting.map(partitionKeyOf));
    const open = fresh.filter((event) => !keys.has(partitionKeyOf(event)));
    const behind = fresh.filter((event) => keys.has(partitionKeyOf(event)));
    return [...waiting, ...behind, ...(await this.publish(channel, open))];
  }

  /** @returns the events that were not taken, in their order. */
  private async publish(channel: Channel, events: readonly LoggedEvent[]): Promise<readonly LoggedEvent[]> {
    if (events.length === 0) return [];
    const results = await channel.publish(events);
    return events.filter((event, index) => {
      const result = results[index]!;
      if (result.taken) {
        published.inc({ outcome: result.duplicate ? 'duplicate' : 'taken' });
        this.reported.delete(event.eventId);
        return false;
      }
      published.inc({ outcome: 'refused' });
      if (!this.reported.has(event.eventId)) {
        const { eventId, type, position: at } = event;
        this.options.logger.error(
          { broker: this.options.name, eventId, type, position: at },
          `The broker refuses an event. It is tried again, and its key waits: ${result.reason}`,
        );
        this.reported.add(event.eventId);
      }
      return true;
    });
  }

  private async readCursor(session: PoolClient): Promise<number> {
    await session.query('begin');
    await holdLog(session);
    await session.query(
      sql`insert into cursor (name, position) select ${this.cursor}, position from log_floor on conflict do nothing`,
    );
    await session.query('commit');
    const { rows } = await session.query<{ position: string }>(sql`select position from cursor where name = ${this.cursor}`);
    return Number(rows[0]!.position);
  }

  private async writeCursor(session: PoolClient, from: number, to: number): Promise<void> {
    const { rowCount } = await session.query(
      sql`update cursor set position = ${to}, updated_at = clock_timestamp() where name = ${this.cursor} and position = ${from}`,
    );
    if (rowCount !== 1) throw new Error(`Another process has moved the cursor ${this.cursor} from ${from}.`);
  }
}
