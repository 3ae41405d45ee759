import { Inject, Injectable } from '@nestjs/common';
import { sqltag as sql } from '@prisma/client/runtime/client';
import type { OperationRecord } from '../../contracts/participant/operation.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Trip, TripListQuery } from '../../contracts/trip/trip.resource.js';
import type { PrismaClient } from '../../generated/trip/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { operationsOf } from '../../libs/participant/operation.repository.js';
import { newestFirst } from '../../libs/participant/newest-first.js';
import { isKnown, toResource } from './trip.repository.js';

/** Reads of the trip service. */
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
  async trips({ customerId, state, limit, after }: TripListQuery): Promise<Page<Trip>> {
    const { ids, next } = await newestFirst(this.database, {
      table: 'trip',
      id: 'trip_id',
      where: [
        customerId === undefined ? sql`customer_id is not null` : sql`customer_id = ${customerId}`,
        ...(state === undefined ? [] : [sql`state = ${state}`]),
      ],
      after,
      limit,
    });
    const rows = await this.database.trip.findMany({
      // Its state may have changed since.
      where: { tripId: { in: ids }, ...(state === undefined ? {} : { state }) },
      orderBy: [{ createdAt: 'desc' }, { tripId: 'desc' }],
    });
    return { items: rows.filter(isKnown).map(toResource), next };
  }
}
