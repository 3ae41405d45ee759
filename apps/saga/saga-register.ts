import { Injectable } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
import type { RecordedSaga } from '../../contracts/saga/ended-saga.js';
import type { SagaState } from '../../contracts/saga/saga-state.js';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { type Sql, sql } from '../../libs/database/sql.js';
import { appendToOutbox, parseEventName } from '../../libs/messaging/outbox/append-to-outbox.js';
import { traceparentOf } from '../../libs/messaging/event/traceparent.js';
import { isEndedByForce, type ObservedSaga } from './observed-saga.js';
import { changesOfLoss, changesSince, type KnownSaga, type LostSaga, type SagaChange } from './saga-changes.js';

type Row = KnownSaga & { sagaId: string; startedAt: Date; version: number; lost: 'SUSPECTED' | 'LOST' | null };

/** The lists of the visibility store that are read up to a watermark. */
export type WatermarkSource = 'begun' | 'changed' | 'ended';

/** How long the worker has to report the steps of an ended saga before they are queried. */
const REPORT_WITHIN_MS = 1_500;

/** The last published state of every saga. A change is recorded and published in one transaction, so that several watches publish it once. */
@Injectable()
export class SagaRegister {
  constructor(private readonly database: Pool) {}

  /** Records what was observed. @returns how many events were published. */
  async record(observed: readonly ObservedSaga[]): Promise<number> {
    const known = await this.known(
      this.database,
      observed.map(({ sagaId }) => sagaId),
    );
    const now = new Date();
    let published = 0;
    for (const saga of observed) {
      // First without a lock, because almost every observation is known already.
      const before = known.get(saga.sagaId);
      if (changesSince(before, saga, now).length > 0 || isEarlier(saga, before))
        published += await inTransaction(this.database, (client) => this.publish(client, saga, now));
    }
    return published;
  }

  /** Records that a saga is lost, unless that is known or a later run continues it. @returns whether it is new. */
  async recordLoss(lost: LostSaga): Promise<boolean> {
    return inTransaction(this.database, async (client) => {
      await lock(client, lost.sagaId);
      const known = (await this.known(client, [lost.sagaId])).get(lost.sagaId);
      if (known && (known.lost === 'LOST' || (known.runId !== lost.runId && known.runStartedAt > lost.startedAt))) return false;
      const now = new Date();
      const changes = changesOfLoss(known, lost, now);
      const version = await append(client, lost, changes, known?.version ?? (await trimmedVersion(client, lost.sagaId)));
      const ended = {
        ...lost,
        runId: known?.runId ?? lost.runId,
        startedAt: known?.runStartedAt ?? lost.startedAt,
        endedAt: now,
      };
      await client.query(
        sql`insert into saga (saga_id, run_id, run_started_at, started_at, type, state, open, customer_id, business_id, version,
           ended_at, recorded_state, lost, settle_due_at)
         values (${ended.sagaId}, ${ended.runId}, ${ended.startedAt}, ${ended.startedAt}, ${ended.type}, 'NEEDS_ATTENTION', false,
           ${ended.customerId}, ${ended.businessId}, ${version}, ${ended.endedAt}, 'RUNNING', 'LOST', clock_timestamp())
         on conflict (saga_id) do update set state = excluded.state, open = false, version = excluded.version, lost = excluded.lost,
           ended_at = coalesce(saga.ended_at, excluded.ended_at), settle_due_at = excluded.settle_due_at,
           updated_at = clock_timestamp()`,
      );
      return true;
    });
  }

  /** Runs that were ended by force, and may have a later run. */
  async suspects(limit: number): Promise<LostSaga[]> {
    return this.sagas(sql`lost = 'SUSPECTED' order by saga_id limit ${limit}`);
  }

  /** Clears the suspicion, because a later run continues the saga. The watch finds that run. */
  async clearSuspicion({ sagaId, runId }: Pick<LostSaga, 'sagaId' | 'runId'>): Promise<void> {
    await this.database.query(
      sql`update saga set lost = null where saga_id = ${sagaId} and run_id = ${runId} and lost = 'SUSPECTED'`,
    );
  }

  /** Claims lost sagas that are due to be settled. They are due again after `againAfterMs` if they are still lost. */
  async claimLost(limit: number, againAfterMs: number): Promise<string[]> {
    const { rows } = await this.database.query<{ sagaId: string }>(
      sql`with due as (
         select saga_id from saga where lost = 'LOST' and settle_due_at <= clock_timestamp()
         order by saga_id limit ${limit} for update skip locked
       )
       update saga set settle_due_at = clock_timestamp() + ${againAfterMs} * interval '1 millisecond' from due
         where saga.saga_id = due.saga_id
       returning saga.saga_id as "sagaId"`,
    );
    return rows.map(({ sagaId }) => sagaId);
  }

  /** Open sagas that were not compared with Temporal for `forMs`, the least recently checked first. */
  async unchecked(limit: number, forMs: number): Promise<LostSaga[]> {
    return this.sagas(
      sql`open and checked_at < clock_timestamp() - ${forMs} * interval '1 millisecond' order by checked_at limit ${limit}`,
    );
  }

  async setChecked(sagaIds: readonly string[]): Promise<void> {
    await this.database.query(sql`update saga set checked_at = clock_timestamp() where saga_id = any(${sagaIds}) and open`);
  }

  /** The ids of the given sagas that are recorded as open. */
  async open(sagaIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.database.query<{ sagaId: string }>(
      sql`select saga_id as "sagaId" from saga where saga_id = any(${sagaIds}) and open`,
    );
    return new Set(rows.map(({ sagaId }) => sagaId));
  }

  async find(sagaId: string): Promise<RecordedSaga | undefined> {
    const { rows } = await this.database.query<
      Omit<RecordedSaga, 'startedAt' | 'endedAt'> & { startedAt: Date; endedAt: Date | null }
    >(
      sql`select saga_id as "sagaId", run_id as "runId", type, business_id as "businessId", customer_id as "customerId", state,
              coalesce(lost = 'LOST', false) as lost, run_started_at as "startedAt", ended_at as "endedAt"
       from saga where saga_id = ${sagaId}`,
    );
    return rows[0] && { ...rows[0], startedAt: rows[0].startedAt.toISOString(), endedAt: rows[0].endedAt?.toISOString() ?? null };
  }

  async watermarks(): Promise<Map<WatermarkSource, Date>> {
    const { rows } = await this.database.query<{ source: WatermarkSource; seenTo: Date }>(
      sql`select source, seen_to as "seenTo" from watermark`,
    );
    return new Map(rows.map(({ source, seenTo }) => [source, seenTo]));
  }

  async setWatermark(source: WatermarkSource, seenTo: Date): Promise<void> {
    await this.database.query(sql`update watermark set seen_to = greatest(seen_to, ${seenTo}) where source = ${source}`);
  }

  private async sagas(condition: Sql): Promise<LostSaga[]> {
    const { rows } = await this.database.query<LostSaga>(
      sql`select saga_id as "sagaId", run_id as "runId", type, business_id as "businessId", customer_id as "customerId",
         run_started_at as "startedAt"
       from saga where ${condition}`,
    );
    return rows;
  }

  private async publish(client: PoolClient, saga: ObservedSaga, now: Date): Promise<number> {
    await lock(client, saga.sagaId);
    const known = (await this.known(client, [saga.sagaId])).get(saga.sagaId);
    const changes = changesSince(known, saga, now);
    if (changes.length === 0) {
      // An earlier run that is found late changes nothing but this: the floor of what participants keep depends on it.
      if (isEarlier(saga, known))
        await client.query(sql`update saga set started_at = ${saga.startedAt} where saga_id = ${saga.sagaId}`);
      return 0;
    }
    const version = await append(client, saga, changes, known?.version ?? (await trimmedVersion(client, saga.sagaId)));
    await this.write(client, saga, changes.at(-1)!.data.state, version);
    return changes.length;
  }

  private async write(client: PoolClient, saga: ObservedSaga, state: SagaState, version: number): Promise<void> {
    const endedByForce = saga.endedAt !== undefined && isEndedByForce(saga);
    // No worker reports the steps of a run that was ended by force.
    const stepsDueInMs = saga.endedAt === undefined ? null : endedByForce ? 0 : REPORT_WITHIN_MS;
    await client.query(
      sql`insert into saga (saga_id, run_id, run_started_at, started_at, type, state, open, customer_id, business_id, version,
         ended_at, recorded_state, lost, steps_due_at)
       values (${saga.sagaId}, ${saga.runId}, ${saga.startedAt}, ${saga.startedAt}, ${saga.type}, ${state},
         ${saga.endedAt === undefined}, ${saga.customerId}, ${saga.businessId}, ${version}, ${saga.endedAt ?? null},
         ${saga.recorded}, ${endedByForce ? 'SUSPECTED' : null},
         clock_timestamp() + ${stepsDueInMs} * interval '1 millisecond')
       on conflict (saga_id) do update set run_id = excluded.run_id, run_started_at = excluded.run_started_at,
         state = excluded.state, started_at = least(saga.started_at, excluded.started_at),
         open = excluded.open, version = excluded.version, ended_at = excluded.ended_at,
         recorded_state = excluded.recorded_state, lost = excluded.lost, settle_due_at = null, steps_due_at = excluded.steps_due_at,
         updated_at = clock_timestamp(), checked_at = clock_timestamp()`,
    );
  }

  private async known(database: Pick<PoolClient, 'query'>, sagaIds: string[]): Promise<Map<string, Row>> {
    const { rows } = await database.query<Row>(
      sql`select saga_id as "sagaId", run_id as "runId", run_started_at as "runStartedAt", started_at as "startedAt", state, open,
         version, lost
       from saga where saga_id = any(${sagaIds})`,
    );
    return new Map(rows.map((row) => [row.sagaId, row]));
  }
}

/** Whether a run began before every run of its saga that was found so far: the store lists the newest first. */
const isEarlier = ({ startedAt }: ObservedSaga, known: Row | undefined): boolean =>
  known !== undefined && startedAt < known.startedAt;

/** The lock is on the id, because the row may not exist yet. */
async function lock(client: PoolClient, sagaId: string): Promise<void> {
  await client.query(sql`select pg_advisory_xact_lock(hashtextextended(${sagaId}, 0))`);
}

/** The last version of a trimmed saga. The events of a later saga with the same id continue after it. */
async function trimmedVersion(client: PoolClient, sagaId: string): Promise<number> {
  const { rows } = await client.query<{ version: number }>(sql`select version from saga_head where saga_id = ${sagaId}`);
  return rows[0]?.version ?? 0;
}

/** Publishes changes of a saga. @returns the version of the last one. */
async function append(
  client: PoolClient,
  { sagaId, runId }: Pick<LostSaga, 'sagaId' | 'runId'>,
  changes: readonly SagaChange[],
  before: number,
): Promise<number> {
  let version = before;
  for (const { type, occurredAt, data } of changes) {
    version += 1;
    const aggregate = { aggregateType: 'saga', aggregateId: sagaId, aggregateVersion: version };
    const traceparent = traceparentOf(sagaId, `${sagaId}/${version}`);
    await appendToOutbox(
      client,
      { ...parseEventName(type), ...aggregate, occurredAt, data },
      { correlationId: sagaId, causationId: runId, traceparent },
    );
  }
  return version;
}
