import type { PoolClient } from 'pg';
import { sql } from '../../database/sql.js';
import type { LoggedEvent } from '../event/logged-event.js';

export interface DeadLetterRow {
  id: string;
  event: string;
  state: 'failing' | 'parked' | 'dead' | 'skipped';
  attempts: number;
  aggregateVersion: number;
}

interface NewDeadLetter {
  state: DeadLetterRow['state'];
  /** The reason; null for a waiting event. */
  error: string | null;
  /** Whether the handler was called. */
  failed: boolean;
  nextAt: Date | null;
}

/** The rows of a consumer's inbox about one aggregate, in a transaction. */
export class InboxRows {
  constructor(
    private readonly tx: PoolClient,
    private readonly consumer: string,
    private readonly aggregateKey: string,
  ) {}

  async hasHead(): Promise<boolean> {
    const { rowCount } = await this.tx.query(
      sql`select from inbox_head where consumer = ${this.consumer} and aggregate_key = ${this.aggregateKey}`,
    );
    return rowCount === 1;
  }

  /** Creates the head of an aggregate whose earlier versions the consumer skips. */
  async startHead(version: number): Promise<void> {
    await this.tx.query(
      sql`insert into inbox_head (consumer, aggregate_key, last_version)
       values (${this.consumer}, ${this.aggregateKey}, ${version}) on conflict do nothing`,
    );
  }

  /** Locks the aggregate until the transaction ends. @returns its last settled version. */
  async lockHead(): Promise<number> {
    const { rows } = await this.tx.query<{ head: number }>(
      sql`insert into inbox_head (consumer, aggregate_key, last_version) values (${this.consumer}, ${this.aggregateKey}, 0)
       on conflict (consumer, aggregate_key) do update set last_version = inbox_head.last_version returning last_version as head`,
    );
    return rows[0]!.head;
  }

  async setHead(version: number): Promise<void> {
    await this.tx.query(
      sql`update inbox_head set last_version = greatest(last_version, ${version})
       where consumer = ${this.consumer} and aggregate_key = ${this.aggregateKey}`,
    );
  }

  /** Records that an event was received. @returns false if it was received before, also if its row was cleared since. */
  async record({ eventId, position, aggregateVersion }: LoggedEvent): Promise<boolean> {
    const { rowCount } = await this.tx.query(
      sql`insert into inbox (consumer, occurrence_id, position, aggregate_key, aggregate_version)
       select ${this.consumer}, ${eventId}, ${position}::bigint, ${this.aggregateKey}, ${aggregateVersion}
         where not exists (select from inbox_mark where consumer = ${this.consumer} and cleared >= ${position}::bigint)
       on conflict do nothing`,
    );
    return rowCount === 1;
  }

  /** Deletes the record of the event, so that it comes again. */
  async forget({ eventId }: LoggedEvent): Promise<void> {
    await this.tx.query(sql`delete from inbox where consumer = ${this.consumer} and occurrence_id = ${eventId}`);
  }

  /** Records that the event is applied: deletes its kept row and moves the head to its version. */
  async settle({ eventId, aggregateVersion }: LoggedEvent, ordered: boolean): Promise<void> {
    if (!ordered) return this.release({ eventId });
    await this.tx.query(
      sql`with released as (delete from inbox_dead where consumer = ${this.consumer} and occurrence_id = ${eventId})
       update inbox_head set last_version = greatest(last_version, ${aggregateVersion})
         where consumer = ${this.consumer} and aggregate_key = ${this.aggregateKey}`,
    );
  }

  /** Deletes the kept row of the event. */
  async release({ eventId }: Pick<LoggedEvent, 'eventId'>): Promise<void> {
    await this.tx.query(sql`delete from inbox_dead where consumer = ${this.consumer} and occurrence_id = ${eventId}`);
  }

  async processed({ eventId }: LoggedEvent): Promise<void> {
    await this.tx.query(
      sql`update inbox set processed_at = clock_timestamp()
       where consumer = ${this.consumer} and occurrence_id = ${eventId} and processed_at is null`,
    );
  }

  /** Keeps an event that cannot be applied now. @returns how often it has failed. */
  async keepDeadLetter(event: LoggedEvent, text: string, { state, error, failed, nextAt }: NewDeadLetter): Promise<number> {
    const { eventId, position, type, aggregateVersion } = event;
    const { rows } = await this.tx.query<{ attempts: number }>(
      sql`insert into inbox_dead as held (consumer, occurrence_id, position, type, aggregate_key, aggregate_version, event,
         state, error, attempts, next_at)
       values (${this.consumer}, ${eventId}, ${position}, ${type}, ${this.aggregateKey}, ${aggregateVersion}, ${text}, ${state},
         ${error}, ${failed ? 1 : 0}, ${nextAt})
       on conflict (consumer, occurrence_id) do update
         set state = excluded.state, error = coalesce(excluded.error, held.error), attempts = held.attempts + excluded.attempts,
           next_at = excluded.next_at
       returning attempts`,
    );
    await this.tx.query(
      sql`update inbox set processed_at = null where consumer = ${this.consumer} and occurrence_id = ${eventId}`,
    );
    return rows[0]!.attempts;
  }

  async die({ eventId }: LoggedEvent): Promise<void> {
    await this.tx.query(
      sql`update inbox_dead set state = 'dead', next_at = null where consumer = ${this.consumer} and occurrence_id = ${eventId}`,
    );
  }

  /** The kept event of the aggregate with this version. */
  async deadLetterAt(version: number): Promise<DeadLetterRow | undefined> {
    const { rows } = await this.tx.query<DeadLetterRow>(
      sql`select id, event, state, attempts, aggregate_version as "aggregateVersion" from inbox_dead
       where consumer = ${this.consumer} and aggregate_key = ${this.aggregateKey} and aggregate_version = ${version} for update`,
    );
    return rows[0];
  }

  async deadLetterById(id: number): Promise<DeadLetterRow | undefined> {
    const { rows } = await this.tx.query<DeadLetterRow>(
      sql`select id, event, state, attempts, aggregate_version as "aggregateVersion" from inbox_dead
       where consumer = ${this.consumer} and id = ${id} for update`,
    );
    return rows[0];
  }

  /** The event is never applied. If it comes again, it counts as received. */
  async skip(event: LoggedEvent, note: string): Promise<void> {
    await this.record(event);
    await this.tx.query(
      sql`update inbox set processed_at = null where consumer = ${this.consumer} and occurrence_id = ${event.eventId}`,
    );
    await this.tx.query(
      sql`update inbox_dead set state = 'skipped', note = ${note}, next_at = null, decided_at = clock_timestamp()
       where consumer = ${this.consumer} and occurrence_id = ${event.eventId}`,
    );
  }

  /** The id of the first parked or dead event of the aggregate before this version. */
  async undecidedBefore(version: number): Promise<number | undefined> {
    const { rows } = await this.tx.query<{ id: string }>(
      sql`select id from inbox_dead where consumer = ${this.consumer} and aggregate_key = ${this.aggregateKey}
         and aggregate_version < ${version} and state in ('parked', 'dead')
       order by aggregate_version limit 1`,
    );
    return rows[0] && Number(rows[0].id);
  }
}
