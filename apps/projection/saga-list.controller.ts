import { Controller, Get, Query } from '@nestjs/common';
import { Pool } from 'pg';
import { z } from 'zod';
import { pageQuery } from '../../contracts/values/page.js';
import { atPosition, type ProjectedPage } from '../../contracts/projection/projection.resource.js';
import { type ProjectedSaga, sagaFilter } from '../../contracts/saga/saga.resource.js';
import { ifGiven, sql } from '../../libs/database/sql.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { fingerprint } from '../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { ProjectionRunners } from './projection-runners.js';
import { readPosition } from './read-position.js';
import { sagaList } from './saga-list.projection.js';

const ListQuery = z.strictObject({ ...sagaFilter, ...pageQuery, ...atPosition });

type Row = Omit<ProjectedSaga, 'startedAt' | 'endedAt'> & { startedAt: Date; endedAt: Date | null };

@Controller('sagas')
export class SagaListController {
  constructor(
    private readonly database: Pool,
    private readonly log: EventLog,
    private readonly runners: ProjectionRunners,
  ) {}

  /**
   * Open sagas first, then by start, newest first. @throws ProblemException 422 `INVALID_CURSOR`, and those of `readPosition`.
   */
  @Get()
  async list(
    @Query({ schema: ListQuery }) { limit, after, at, ...filter }: z.infer<typeof ListQuery>,
  ): Promise<ProjectedPage<ProjectedSaga>> {
    const tag = fingerprint(filter).slice(0, 16);
    const [ofFilter, open, startedAt, sagaId] =
      after === undefined ? [tag] : decodeCursor(after, ['string', 'number', 'instant', 'string']);
    if (ofFilter !== tag)
      throw new ProblemException(422, 'INVALID_CURSOR', 'The cursor in "after" belongs to another filter. Start without it.');
    const position = await readPosition(this.runners.of(sagaList), this.log, at);
    const { rows } = await this.database.query<Row>(
      sql`select saga_id as "sagaId", run_id as "runId", type, state, business_id as "businessId", customer_id as "customerId",
              started_at as "startedAt", ended_at as "endedAt", lost
       from saga
       where generation = (select generation from projection where name = ${sagaList.name})
         and ${ifGiven(filter.type, sql`type = ${filter.type}`)}
         and ${ifGiven(filter.state, sql`state = ${filter.state}`)}
         and ${ifGiven(filter.customerId, sql`customer_id = ${filter.customerId}`)}
         and ${ifGiven(filter.businessId, sql`business_id = ${filter.businessId}`)}
         and ${ifGiven(open, sql`(open, started_at, saga_id) < (${open === 1}, ${startedAt}::timestamptz, ${sagaId})`)}
       order by open desc, started_at desc, saga_id desc limit ${limit + 1}`,
    );
    const items = rows.slice(0, limit).map(sagaOf);
    const last = items.at(-1);
    return {
      items,
      next: rows.length > limit && last ? encodeCursor(tag, last.endedAt === null ? 1 : 0, last.startedAt, last.sagaId) : null,
      asOf: sequenceOf(position),
    };
  }
}

const sagaOf = ({ startedAt, endedAt, lost, ...saga }: Row): ProjectedSaga => ({
  ...saga,
  ...(lost ? { lost } : {}),
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});
