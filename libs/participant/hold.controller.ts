import { Controller, Get, Query } from '@nestjs/common';
import { type HoldPage, HoldQuery } from '../../contracts/participant/hold.resource.js';
import { decodeCursor, encodeCursor } from '../service-kit/cursor.js';

/** The holds of a participant for orders and trips. Each participant with holds has this endpoint. */
export abstract class HoldQueries {
  /** @throws ProblemException 422 `INVALID_CURSOR`. */
  abstract holds(query: HoldQuery): Promise<HoldPage>;
}

/** `GET /holds`, internal: the leak sweep reads what has changed since, or the holds of some orders and trips. */
@Controller('holds')
export class HoldController {
  constructor(private readonly queries: HoldQueries) {}

  @Get()
  holds(@Query({ schema: HoldQuery }) query: HoldQuery): Promise<HoldPage> {
    return this.queries.holds(query);
  }
}

/** A row of the list of holds: its position in the list, in microseconds, and other columns. */
export interface HoldRow {
  changedAt: string;
  id: string;
}

/** The part of the list that a query requests: after a position, before an instant. */
export function holdRange({ after, until }: HoldQuery): { from: string; fromId: string; until: string } {
  const [from, fromId] = after === undefined ? ['0001-01-01T00:00:00Z', ''] : decodeCursor(after, ['instant', 'string']);
  return { from, fromId, until: until ?? '9999-12-31T00:00:00Z' };
}

/** The position behind the rows that were read; without any the position that was asked for. */
export function nextPosition(rows: readonly HoldRow[], { after }: HoldQuery): string | null {
  const last = rows.at(-1);
  return last ? encodeCursor(last.changedAt, last.id) : (after ?? null);
}
