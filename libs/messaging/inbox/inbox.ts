import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import { sql } from '../../database/sql.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import { holdLog } from '../log/trim-lock.js';
import { type Consumer, isWantedBy } from './consumer.js';
import type { EventHistory } from '../event/event-history.js';
import { eventOf, eventText } from './event-text.js';
import { InboxRows, type DeadLetterRow } from './inbox-rows.js';
import { isPassing } from './passing-failure.js';

/**
 * The outcome of a received event. `applied`: its effects are committed. `duplicate`: it was received before. `stale`: a later event of its
 * aggregate was applied. `parked`: it waits for earlier ones. `dead`: it needs an operator's decision. `ignored`: the consumer does not want
 * it, and only its version counts.
 */
export type Received = 'applied' | 'duplicate' | 'stale' | 'parked' | 'dead' | 'ignored';

export interface InboxOptions {
  /** As a role with the inbox's tables, and the tables that the consumers write, on its search path. */
  database: Pool;
  history: EventHistory;
  /** How often an event may fail before it is dead. Default 5. */
  attempts?: number;
  /** How long an early event waits before its predecessors are read from the log, in milliseconds. Default 5,000. */
  gapAfterMs?: number;
  /** The pause after the n-th failure of a parked event, in milliseconds. Default 1 s, doubling to 1 min. */
  backoffMs?: (failures: number) => number;
  /** The time. Default the system's. */
  now?: () => Date;
}

/** How many events of a gap are fetched at a time. */
const GAP_BATCH = 100;

/** A failure of the handler, as it was recorded. */
export class HandlerFailure {
  constructor(readonly error: unknown) {}
}
/** The event was applied, and the next version is parked. */
class NextIsParked {
  constructor(readonly received: Received) {}
}
/** The consumer began in the middle of the log, and receives an aggregate for the first time. */
const UNKNOWN_HEAD = Symbol('unknown head');

/**
 * Applies each event exactly once per consumer, however often, in whatever order and version, and to however many members it comes. The
 * record of the occurrence, the effects and the aggregate's head commit together. Acknowledge an event to the channel when `receive` has
 * resolved.
 */
export class Inbox {
  private readonly attempts: number;
  private readonly gapAfterMs: number;
  private readonly backoffMs: (failures: number) => number;
  private readonly now: () => Date;
  private readonly starts = new Map<string, number>();

  constructor(private readonly options: InboxOptions) {
    this.attempts = options.attempts ?? 5;
    this.gapAfterMs = options.gapAfterMs ?? 5_000;
    this.backoffMs = options.backoffMs ?? ((failures) => Math.min(60_000, 1_000 * 2 ** (failures - 1)));
    this.now = options.now ?? (() => new Date());
  }

  /**
   * Registers a consumer. Call it before the consumer receives anything. Only the first call counts: with `now` the consumer skips every
   * event that is in the log by then, with `beginning` it begins with the oldest kept event. From then on retention keeps the events that
   * the consumer still needs.
   * @returns the position after which the consumer needs events.
   */
  async begin({ name }: Consumer, from: 'beginning' | 'now'): Promise<number> {
    const { database, history } = this.options;
    return inTransaction(database, async (tx) => {
      await holdLog(tx);
      const { floor, head } = await history.bounds(tx);
      await tx.query(
        sql`insert into inbox_start (consumer, position) values (${name}, ${from === 'now' ? head : floor}) on conflict do nothing`,
      );
      const { rows } = await tx.query<{ start: string; mark: string }>(
        sql`insert into inbox_mark as mark (consumer, position) select consumer, position from inbox_start
           where consumer = ${name}
         on conflict (consumer) do update set holds_log = true
         returning mark.position as mark, (select position from inbox_start where consumer = ${name}) as start`,
      );
      this.starts.set(name, Number(rows[0]?.start ?? 0));
      return Number(rows[0]?.mark ?? 0);
    });
  }

  /** For a consumer that does not run: retention keeps nothing of the log for it, until it begins again. */
  async releaseLog({ name }: Consumer): Promise<void> {
    await this.options.database.query(sql`update inbox_mark set holds_log = false where consumer = ${name} and holds_log`);
  }

  /**
   * @throws the handler's error, unless this was the last attempt, and errors of the database. Nothing has happened then, and the event
   *   must come again. Transient errors of the database do not count as attempts of the event.
   */
  async receive(consumer: Consumer, event: LoggedEvent): Promise<Received> {
    let taken = await this.transaction(consumer, event, (rows, tx) => this.take(consumer, event, rows, tx));
    if (taken === UNKNOWN_HEAD) {
      const version = await this.options.history.versionBefore(event, this.startOf(consumer));
      taken = await this.transaction(consumer, event, async (rows, tx) => {
        await rows.startHead(version);
        return this.take(consumer, event, rows, tx);
      });
    }
    if (taken instanceof HandlerFailure) throw taken.error;
    if (taken === 'parked' && (await this.skipGaps(consumer, event))) await this.drain(consumer, event);
    if (taken instanceof NextIsParked) {
      await this.drain(consumer, event);
      return taken.received;
    }
    return taken as Received;
  }

  /**
   * Handles the parked events that are due. Applies them if possible now, and reads missing earlier events from the log.
   * @throws the last error, after every event was tried. The next call tries the failed ones again.
   */
  async handleParked(consumer: Consumer): Promise<void> {
    const { rows } = await this.options.database.query<{ event: string }>(
      sql`select d.event from inbox_dead d
       where d.consumer = ${consumer.name} and d.state = 'parked' and d.next_at <= ${this.now()} and not exists (
         select from inbox_dead o where o.consumer = ${consumer.name} and o.aggregate_key = d.aggregate_key
           and (o.state = 'dead' or o.state = 'parked' and o.aggregate_version < d.aggregate_version))
       order by d.next_at limit 100`,
    );
    let failure: { error: unknown } | undefined;
    for (const row of rows) {
      const parked = eventOf(row.event);
      try {
        await this.skipGaps(consumer, parked);
        await this.drain(consumer, parked);
        await this.fillGap(consumer, parked);
      } catch (error) {
        failure = { error };
      }
      await this.postpone(consumer, parked);
    }
    if (failure) throw failure.error;
  }

  /** Applies the parked events that follow the aggregate's head, one by one. @returns how many. */
  async drain(consumer: Consumer, aggregate: LoggedEvent): Promise<number> {
    for (let applied = 0; ;) {
      const outcome = await this.transaction(consumer, aggregate, async (rows, tx) => {
        const head = await rows.lockHead();
        const next = await rows.deadLetterAt(head + 1);
        if (next?.state === 'skipped') {
          await rows.setHead(head + 1);
          return 'skipped';
        }
        if (next?.state !== 'parked') return 'none';
        return (await this.applyDeadLetter(consumer, next, rows, tx)) === 'applied' ? 'applied' : 'none';
      });
      if (outcome === 'none') return applied;
      if (outcome === 'applied') applied += 1;
    }
  }

  /**
   * Applies an event that was kept. The caller has locked the aggregate's head, and has checked that the event may be applied now.
   * @param mayDie whether the event becomes dead if this was its last attempt.
   * @returns the recorded failure if the handler throws.
   */
  async applyDeadLetter(
    consumer: Consumer,
    letter: DeadLetterRow,
    rows: InboxRows,
    tx: PoolClient,
    mayDie = true,
  ): Promise<'applied' | HandlerFailure> {
    const event = eventOf(letter.event);
    const applied = await this.attempt(tx, async () => {
      if (this.isWanted(consumer, event)) await consumer.handle(event, tx);
      await rows.settle(event, consumer.mode !== 'commutative');
      await rows.processed(event);
    });
    if (applied === true) return 'applied';
    const failures = letter.attempts + 1;
    const state = mayDie && failures >= this.attempts ? 'dead' : letter.state;
    const nextAt = state === 'parked' ? this.after(this.backoffMs(failures)) : null;
    await rows.keepDeadLetter(event, letter.event, { state, error: textOf(applied.error), failed: true, nextAt });
    return applied;
  }

  /** Runs `work` in a transaction, with the inbox's rows of the event's aggregate. */
  transaction<Result>(
    consumer: Consumer,
    event: LoggedEvent,
    work: (rows: InboxRows, tx: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    return inTransaction(this.options.database, (tx) => work(new InboxRows(tx, consumer.name, partitionKeyOf(event)), tx));
  }

  private async take(
    consumer: Consumer,
    event: LoggedEvent,
    rows: InboxRows,
    tx: PoolClient,
  ): Promise<Received | NextIsParked | HandlerFailure | typeof UNKNOWN_HEAD> {
    const { mode } = consumer;
    const { aggregateVersion } = event;
    const ordered = mode !== 'commutative';
    // The lock on the head comes first, always: members that receive the same aggregate go one after the other.
    if (mode === 'sequential' && this.startOf(consumer) > 0 && !(await rows.hasHead())) return UNKNOWN_HEAD;
    const head = ordered ? await rows.lockHead() : 0;
    if (!(await rows.record(event))) return 'duplicate';
    if (ordered && aggregateVersion <= head) {
      await rows.release(event);
      return 'stale';
    }
    if (mode === 'sequential' && aggregateVersion > head + 1) {
      await rows.keepDeadLetter(event, eventText(event), {
        state: 'parked',
        error: null,
        failed: false,
        nextAt: this.after(this.gapAfterMs),
      });
      return 'parked';
    }
    const wanted = this.isWanted(consumer, event);
    const applied = await this.attempt(tx, async () => {
      if (wanted) await consumer.handle(event, tx);
      await rows.settle(event, ordered);
    });
    if (applied === true) {
      const received = wanted ? 'applied' : 'ignored';
      // A member that parks an event needs the lock on the head. So this member sees the parked event, or that member sees the new head.
      return mode === 'sequential' && (await rows.deadLetterAt(aggregateVersion + 1)) ? new NextIsParked(received) : received;
    }
    const failures = await rows.keepDeadLetter(event, eventText(event), {
      state: 'failing',
      error: textOf(applied.error),
      failed: true,
      nextAt: null,
    });
    if (failures >= this.attempts) {
      await rows.die(event);
      return 'dead';
    }
    await rows.forget(event);
    return applied;
  }

  /** Runs `work`, or rolls it back. @throws transient errors, which are not the event's fault. */
  private async attempt(tx: PoolClient, work: () => Promise<void>): Promise<true | HandlerFailure> {
    await tx.query('savepoint effects');
    try {
      await work();
      // A deferred constraint would fail the commit, where no failure can be recorded any more.
      await tx.query('set constraints all immediate');
      return true;
    } catch (error) {
      if (isPassing(error)) throw error;
      await tx.query('rollback to savepoint effects');
      return new HandlerFailure(error);
    }
  }

  private async fillGap(consumer: Consumer, parked: LoggedEvent): Promise<void> {
    const head = await this.transaction(consumer, parked, (rows) => rows.lockHead());
    if (parked.aggregateVersion <= head + 1) return;
    const missing = await this.options.history.ofAggregate(parked, head, parked.aggregateVersion, GAP_BATCH);
    for (const event of missing) {
      const received = await this.receive(consumer, event);
      if (received === 'parked' || received === 'dead') return;
    }
  }

  /** Moves the head past the next versions that the log will never have. @returns whether it has moved. */
  private async skipGaps(consumer: Consumer, aggregate: LoggedEvent): Promise<boolean> {
    const gaps = await this.options.history.gapsOf(aggregate);
    if (gaps.length === 0) return false;
    return this.transaction(consumer, aggregate, async (rows) => {
      const head = await rows.lockHead();
      const passed = gaps.reduce((version, { from, to }) => (from <= version + 1 ? Math.max(version, to) : version), head);
      if (passed > head) await rows.setHead(passed);
      return passed > head;
    });
  }

  /** Postpones the parked events of the aggregate. */
  private async postpone({ name }: Consumer, parked: LoggedEvent): Promise<void> {
    await this.options.database.query(
      sql`update inbox_dead set next_at = greatest(next_at, ${this.after(this.gapAfterMs)})
       where consumer = ${name} and aggregate_key = ${partitionKeyOf(parked)} and state = 'parked'`,
    );
  }

  private isWanted(consumer: Consumer, event: LoggedEvent): boolean {
    return event.position > this.startOf(consumer) && isWantedBy(consumer, event);
  }

  private startOf({ name }: Consumer): number {
    return this.starts.get(name) ?? 0;
  }

  private after(ms: number): Date {
    return new Date(this.now().getTime() + ms);
  }
}

const textOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 4_000);
