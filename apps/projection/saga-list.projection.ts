import type { SagaEventData, SagaEventType } from '../../contracts/saga/saga.events.js';
import { sql } from '../../libs/database/sql.js';
import { newestData } from '../../libs/messaging/event/newest-data.js';
import type { Projection } from './projection.js';

/** All sagas with their current state. */
export const sagaList: Projection = {
  name: 'saga-list',
  tables: { saga: 'saga_id' },
  consumers: (generation) => [
    {
      // Each event has the full state, so the newest is enough.
      name: `saga-list.${generation}`,
      mode: 'latest',
      types: ['saga.*'],
      async handle(event, tx) {
        const data = newestData(event) as SagaEventData<SagaEventType>;
        const endedAt = 'endedAt' in data ? data.endedAt : null;
        await tx.query(
          sql`insert into saga (generation, saga_id, run_id, type, state, business_id, customer_id, started_at, ended_at, lost)
           values (${generation}, ${data.sagaId}, ${data.runId ?? null}, ${data.type}, ${data.state}, ${data.businessId},
             ${data.customerId}, ${data.startedAt}, ${endedAt}, ${'lost' in data && data.lost === true})
           on conflict (generation, saga_id) do update set run_id = excluded.run_id, type = excluded.type, state = excluded.state,
             business_id = excluded.business_id, customer_id = excluded.customer_id, started_at = excluded.started_at,
             ended_at = excluded.ended_at, lost = excluded.lost`,
        );
      },
    },
  ],
};
