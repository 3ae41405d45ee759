import type { Pool } from 'pg';
import type { DeadLetter, DeadLetterState } from '../../../contracts/event/dead-letter.resource.js';
import { ifGiven, sql } from '../../database/sql.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { sequenceOf } from '../event/render-event.js';
import type { Consumer } from './consumer.js';
import { eventOf } from './event-text.js';
import { HandlerFailure, type Inbox } from './inbox.js';
import type { DeadLetterRow, InboxRows } from './inbox-rows.js';

/** The outcome of an operator's decision. */
export type LetterDecision =
  | { outcome: 'done'; released: number }
  | { outcome: 'unknown' }
  | { outcome: 'skipped-already' }
  | { outcome: 'still-failing' }
  | { outcome: 'gap'; missing: number }
  | { outcome: 'behind'; first: number }
  | { outcome: 'failed'; error: unknown };

interface LetterQuery {
  consumer?: string | undefined;
  state?: DeadLetterState | undefined;
  limit: number;
  /** Exclusive. */
  after?: number | undefined;
}

type ListedRow = DeadLetterRow & { consumer: string; error: string | null; note: string | null; heldAt: Date };

/** The events that consumers of this service could not apply, and an operator's decisions about them. */
export class DeadLetters {
  constructor(
    private readonly database: Pool,
    private readonly inbox: Inbox,
    private readonly consumers: () => readonly Consumer[],
  ) {}

  /** Lists them in the order of their ids. */
  async list({ consumer, state, limit, after = 0 }: LetterQuery): Promise<DeadLetter[]> {
    const { rows } = await this.database.query<ListedRow>(
      sql`select id, consumer, event, state, error, attempts, note, held_at as "heldAt", aggregate_version as "aggregateVersion"
       from inbox_dead
       where ${ifGiven(consumer, sql`consumer = ${consumer}`)} and ${ifGiven(state, sql`state = ${state}`)}
         and id > ${after} order by id limit ${limit}`,
    );
    return rows.map(deadLetter);
  }

  /** Tries to apply an event again at its place, and then the events that waited for it. */
  replay(id: number): Promise<LetterDecision> {
    return this.decide(id, async (consumer, row, rows, tx) => {
      if (row.state === 'failing') return { outcome: 'still-failing' };
      const head = consumer.mode === 'commutative' ? row.aggregateVersion - 1 : await rows.lockHead();
      if (row.aggregateVersion <= head) {
        await rows.release(eventOf(row.event));
        await rows.processed(eventOf(row.event));
        return undefined;
      }
      const missing = row.aggregateVersion - head - 1;
      if (consumer.mode === 'sequential' && missing > 0) return { outcome: 'gap', missing };
      return failureOf(await this.inbox.applyDeadLetter(consumer, row, rows, tx, false));
    });
  }

  /** Applies an event although earlier ones of its aggregate are missing. If they come later, they are stale. */
  release(id: number): Promise<LetterDecision> {
    return this.decide(id, async (consumer, row, rows, tx) => {
      if (row.state === 'failing') return { outcome: 'still-failing' };
      const first = consumer.mode === 'sequential' ? await rows.undecidedBefore(row.aggregateVersion) : undefined;
      if (first !== undefined) return { outcome: 'behind', first };
      return failureOf(await this.inbox.applyDeadLetter(consumer, row, rows, tx, false));
    });
  }

  /** Skips an event for good and applies those behind it. The row is kept, with the note. */
  skip(id: number, note: string): Promise<LetterDecision> {
    return this.decide(id, async (_consumer, row, rows) => {
      await rows.skip(eventOf(row.event), note);
      return undefined;
    });
  }

  private async decide(
    id: number,
    how: (
      consumer: Consumer,
      row: DeadLetterRow,
      rows: InboxRows,
      tx: Parameters<Consumer['handle']>[1],
    ) => Promise<LetterDecision | undefined>,
  ): Promise<LetterDecision> {
    const found = await this.find(id);
    if (!found) return { outcome: 'unknown' };
    const { consumer, event } = found;
    const decision = await this.inbox.transaction(consumer, event, async (rows, tx) => {
      // Locks the head before the row, in the same order as a receiver.
      if (consumer.mode !== 'commutative') await rows.lockHead();
      const row = await rows.deadLetterById(id);
      if (!row) return { outcome: 'unknown' } as const;
      if (row.state === 'skipped') return { outcome: 'skipped-already' } as const;
      return how(consumer, row, rows, tx);
    });
    if (decision) return decision;
    const waiting = consumer.mode === 'sequential' ? await this.inbox.drain(consumer, event) : 0;
    return { outcome: 'done', released: waiting };
  }

  private async find(id: number): Promise<{ consumer: Consumer; event: LoggedEvent } | undefined> {
    const { rows } = await this.database.query<{ consumer: string; event: string }>(
      sql`select consumer, event from inbox_dead where id = ${id}`,
    );
    const [row] = rows;
    const consumer = this.consumers().find(({ name }) => name === row?.consumer);
    return row && consumer && { consumer, event: eventOf(row.event) };
  }
}

const failureOf = (applied: 'applied' | HandlerFailure): LetterDecision | undefined =>
  applied instanceof HandlerFailure ? { outcome: 'failed', error: applied.error } : undefined;

function deadLetter({ id, consumer, event: text, state, error, attempts, note, heldAt }: ListedRow): DeadLetter {
  const { eventId, position, type, typeVersion, aggregateType, aggregateId, aggregateVersion, data } = eventOf(text);
  return {
    id: Number(id),
    consumer,
    eventId,
    sequence: sequenceOf(position),
    type,
    typeVersion,
    aggregateType,
    aggregateId,
    aggregateVersion,
    state,
    error,
    attempts,
    note,
    heldAt: heldAt.toISOString(),
    data,
  };
}
