import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { EndedTimelines, StoredTimeline } from '../../../contracts/saga/ended-saga.js';
import type { SagaState, SagaTimeline } from '../../../contracts/saga/saga-state.js';
import { ifGiven, type Sql, sql } from '../../../libs/database/sql.js';

/** A run of a saga. */
export interface RunId {
  sagaId: string;
  runId: string;
}

/** A reported end of a saga that is not recorded as ended. */
export interface UnattachedTimeline extends RunId {
  timeline: SagaTimeline;
  recordedAt: Date;
}

/** A saga and a timeline with the same end. A lost workflow task may have reported another end, which a later report replaces. */
const SAME_END = sql`s.saga_id = t.saga_id and s.run_id = t.run_id and not s.open and s.recorded_state = t.state`;

const rowsOf = (runs: readonly RunId[]): Sql =>
  sql`unnest(${runs.map(({ sagaId }) => sagaId)}::text[], ${runs.map(({ runId }) => runId)}::text[])`;

/** The last steps of every ended run. They are kept because Temporal drops runs, and because a worker may be unavailable. */
@Injectable()
export class EndedTimelineStore {
  constructor(private readonly database: Pool) {}

  /** Stores reports of workers. Of two reports about one run, the one with the longer history is kept. */
  async store({ items }: EndedTimelines): Promise<void> {
    if (items.length === 0) return;
    await this.database.query(
      sql`insert into ended_timeline (saga_id, run_id, state, timeline, build, history_length)
       select distinct on (item->>'sagaId', item->>'runId')
              item->>'sagaId', item->>'runId', item->'timeline'->>'state', item->'timeline', item->>'build',
              (item->>'historyLength')::int
       from json_array_elements(${JSON.stringify(items)}) with ordinality as given (item, place)
       order by item->>'sagaId', item->>'runId', (item->>'historyLength')::int desc, place desc
       on conflict (saga_id, run_id) do update set state = excluded.state, timeline = excluded.timeline, build = excluded.build,
         history_length = excluded.history_length, attached = false, recorded_at = clock_timestamp()
       where excluded.history_length >= ended_timeline.history_length`,
    );
    await this.attach(items);
  }

  /** Stores the answer of a query to an ended run. It takes precedence over reports. */
  async storeAnswer({ sagaId, runId }: RunId, { timeline, build }: StoredTimeline): Promise<void> {
    await this.database.query(
      sql`insert into ended_timeline (saga_id, run_id, state, timeline, build, history_length, attached)
       values (${sagaId}, ${runId}, ${timeline.state}, ${JSON.stringify(timeline)}, ${build}, 2147483647, true)
       on conflict (saga_id, run_id) do update set state = excluded.state, timeline = excluded.timeline, build = excluded.build,
         history_length = excluded.history_length, attached = true, recorded_at = clock_timestamp()`,
    );
    await this.settle([{ sagaId, runId }]);
  }

  /** The last steps of the run, or without one of the saga's newest stored run; of the given state if there is one. */
  async find(sagaId: string, runId?: string, state?: SagaState): Promise<StoredTimeline | undefined> {
    const { rows } = await this.database.query<StoredTimeline>(
      sql`select timeline, build from ended_timeline where saga_id = ${sagaId}
         and ${ifGiven(runId, sql`run_id = ${runId}`)} and ${ifGiven(state, sql`state = ${state}`)}
       order by recorded_at desc limit 1`,
    );
    return rows[0];
  }

  /**
   * Claims ended runs whose steps are due to be queried; they are due again after `retryAfterMs`. Runs whose steps were stored
   * meanwhile are left out.
   */
  async claimDue(limit: number, retryAfterMs: number): Promise<RunId[]> {
    const { rows } = await this.database.query<RunId>(
      sql`with due as (
         select saga_id from saga where steps_due_at <= clock_timestamp()
           order by steps_due_at limit ${limit} for update skip locked
       )
       update saga set steps_due_at = clock_timestamp() + ${retryAfterMs} * interval '1 millisecond' from due
         where saga.saga_id = due.saga_id
       returning saga.saga_id as "sagaId", saga.run_id as "runId"`,
    );
    await this.attach(rows);
    const { rows: missing } = await this.database.query<RunId>(
      sql`select saga_id as "sagaId", run_id as "runId" from saga
       where saga_id = any(${rows.map(({ sagaId }) => sagaId)}) and steps_due_at is not null`,
    );
    return missing;
  }

  /** Whether steps are due to be queried, now or soon. */
  async anyDue(): Promise<boolean> {
    const { rowCount } = await this.database.query(
      sql`select from saga where steps_due_at is not null order by steps_due_at limit 1`,
    );
    return rowCount === 1;
  }

  /** Marks runs as done: their steps are stored or gone. */
  async settle(runs: readonly RunId[]): Promise<void> {
    await this.database.query(
      sql`update saga s set steps_due_at = null
       from ${rowsOf(runs)} as done (saga_id, run_id)
       where s.saga_id = done.saga_id and s.run_id = done.run_id and s.steps_due_at is not null`,
    );
  }

  /** Reported ends that the watch has not found for `forMs`. The visibility store may have lost them. */
  async unattached(limit: number, forMs: number): Promise<UnattachedTimeline[]> {
    const { rows } = await this.database.query<UnattachedTimeline>(
      sql`select saga_id as "sagaId", run_id as "runId", timeline, recorded_at as "recordedAt" from ended_timeline
       where not attached and recorded_at < clock_timestamp() - ${forMs} * interval '1 millisecond'
       order by recorded_at limit ${limit}`,
    );
    return rows;
  }

  /** Marks reports whose saga needs no further check. */
  async setAttached(runs: readonly RunId[]): Promise<void> {
    await this.database.query(
      sql`update ended_timeline t set attached = true
       from ${rowsOf(runs)} as done (saga_id, run_id)
       where t.saga_id = done.saga_id and t.run_id = done.run_id and not t.attached`,
    );
  }

  /** Attaches timelines to sagas with the same end. */
  private async attach(runs: readonly RunId[]): Promise<void> {
    if (runs.length === 0) return;
    const { rows } = await this.database.query<RunId>(
      sql`update ended_timeline t set attached = true from saga s
       where t.saga_id = any(${runs.map(({ sagaId }) => sagaId)}) and ${SAME_END}
       returning t.saga_id as "sagaId", t.run_id as "runId"`,
    );
    if (rows.length > 0) await this.settle(rows);
  }
}
