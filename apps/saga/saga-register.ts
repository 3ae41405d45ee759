import { Inject, Injectable } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
import type { SagaState } from '../../contracts/saga-state.js';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { appendToOutbox, parseEventName } from '../../libs/messaging/append-to-outbox.js';
import { traceparentOf } from '../../libs/messaging/traceparent.js';
import type { ObservedSaga } from './observed-saga.js';
import { changesSince, type KnownSaga } from './saga-changes.js';

type Row = KnownSaga & { sagaId: string; version: number };

/** The last published state of every saga. A change is recorded and published in one transaction, so that several watches publish it once. */
@Injectable()
export class SagaRegister {
  constructor(@Inject(Pool) private readonly database: Pool) {}

  /** Records what was observed. @returns how many events were published. */
  async record(observed: readonly ObservedSaga[]): Promise<number> {
    const known = await this.known(
      this.database,
      observed.map(({ sagaId }) => sagaId),
    );
    const now = new Date();
    let published = 0;
    for (const saga of observed) {
      // Without a lock first: almost everything that is observed is known already.
      if (changesSince(known.get(saga.sagaId), saga, now).length > 0)
        published += await inTransaction(this.database, (client) => this.publish(client, saga, now));
    }
    return published;
  }

  /** Open sagas that were last published as waiting, compensating or in need of attention, by id. */
  async unsettled(): Promise<Map<string, ObservedSaga>> {
    const { rows } = await this.database.query<ObservedSaga>(
      `select saga_id as "sagaId", run_id as "runId", type, business_id as "businessId", customer_id as "customerId",
              'RUNNING' as state, 'RUNNING' as status, false as settled, run_started_at as "startedAt"
       from saga where open and state <> 'RUNNING'`,
    );
    return new Map(rows.map((row) => [row.sagaId, row]));
  }

  async seenTo(): Promise<Date> {
    const { rows } = await this.database.query<{ seenTo: Date }>('select seen_to as "seenTo" from watermark');
    return rows[0]?.seenTo ?? new Date(0);
  }

  async setSeenTo(time: Date): Promise<void> {
    await this.database.query('update watermark set seen_to = greatest(seen_to, $1)', [time]);
  }

  private async publish(client: PoolClient, saga: ObservedSaga, now: Date): Promise<number> {
    // The lock is on the id, not on the row: the row may not be there yet.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [saga.sagaId]);
    const known = (await this.known(client, [saga.sagaId])).get(saga.sagaId);
    const changes = changesSince(known, saga, now);
    let version = known?.version ?? 0;
    for (const { type, occurredAt, data } of changes) {
      version += 1;
      const { sagaId, runId } = saga;
      const event = {
        ...parseEventName(type),
        aggregateType: 'saga',
        aggregateId: sagaId,
        aggregateVersion: version,
        occurredAt,
        data,
      };
      const traceparent = traceparentOf(sagaId, `${sagaId}/${version}`);
      await appendToOutbox(client, event, { correlationId: sagaId, causationId: runId, traceparent });
    }
    if (changes.length > 0) await this.write(client, saga, changes.at(-1)!.data.state, version);
    return changes.length;
  }

  private async write(client: PoolClient, saga: ObservedSaga, state: SagaState, version: number): Promise<void> {
    await client.query(
      `insert into saga (saga_id, run_id, run_started_at, type, state, open, customer_id, business_id, version)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (saga_id) do update set run_id = excluded.run_id, run_started_at = excluded.run_started_at, state = excluded.state,
         open = excluded.open, version = excluded.version, updated_at = clock_timestamp()`,
      [
        saga.sagaId,
        saga.runId,
        saga.startedAt,
        saga.type,
        state,
        saga.endedAt === undefined,
        saga.customerId,
        saga.businessId,
        version,
      ],
    );
  }

  private async known(database: Pick<PoolClient, 'query'>, sagaIds: string[]): Promise<Map<string, Row>> {
    const { rows } = await database.query<Row>(
      `select saga_id as "sagaId", run_id as "runId", run_started_at as "runStartedAt", state, open, version from saga where saga_id = any($1)`,
      [sagaIds],
    );
    return new Map(rows.map((row) => [row.sagaId, row]));
  }
}
