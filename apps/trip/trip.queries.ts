import { Inject, Injectable } from '@nestjs/common';
import type { OperationRecord } from '../../contracts/operation.resource.js';
import type { Page } from '../../contracts/page.js';
import type { TripState } from '../../contracts/trip-state.js';
import type { Trip } from '../../contracts/trip.resource.js';
import type { PrismaClient } from '../../generated/trip/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { operationsOf } from '../../libs/participant/operation-mark.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { isKnown, toResource } from './trip.repository.js';

export interface TripFilter {
  customerId?: string | undefined;
  state?: TripState | undefined;
  limit: number;
  after?: string | undefined;
}

/** What may be asked of the trip service. Nothing here changes anything. */
@Injectable()
export class TripQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The trip, or null if there is none. */
  async trip(tripId: string): Promise<Trip | null> {
    const row = await this.database.trip.findUnique({ where: { tripId } });
    return row && isKnown(row) ? toResource(row) : null;
  }

  /** The operations on the trip that were begun for a request of a caller. */
  operations(tripId: string, requestKey: string): Promise<OperationRecord[]> {
    return operationsOf(this.database, tripId, requestKey);
  }

  /** Trips, newest first. */
  async trips({ customerId, state, limit, after }: TripFilter): Promise<Page<Trip>> {
    const cursor = after === undefined ? undefined : decodeCursor(after, ['instant', 'string']);
    const rows = await this.database.trip.findMany({
      where: {
        customerId: customerId ?? { not: null },
        ...(state === undefined ? {} : { state }),
        ...(cursor
          ? { OR: [{ createdAt: { lt: new Date(cursor[0]) } }, { createdAt: new Date(cursor[0]), tripId: { lt: cursor[1] } }] }
          : {}),
      },
      orderBy: [{ createdAt: 'desc' }, { tripId: 'desc' }],
      take: limit + 1,
    });
    const items = rows.slice(0, limit).filter(isKnown).map(toResource);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last ? encodeCursor(last.createdAt, last.tripId) : null };
  }
}
