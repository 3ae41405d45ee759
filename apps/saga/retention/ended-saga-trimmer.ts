import type { Pool } from 'pg';
import { sql } from '../../../libs/database/sql.js';

const BATCH = 1_000;

/** A report in the order in which they are read. */
interface ReportPlace {
  recordedAt: Date;
  sagaId: string;
  runId: string;
}

/**
 * Removes old ended sagas with their steps and settlements. A saga with skipped steps stays, because their effects still exist.
 */
export class EndedSagaTrimmer {
  /** How far reports were read for some without a saga: those before it belong to sagas that stay. */
  private readTo: ReportPlace | undefined;

  constructor(private readonly database: Pool) {}

  /** One batch. @returns whether there may be more. */
  async trim(before: Date): Promise<boolean> {
    const sagas = await this.database.query(
      sql`with due as (
         select saga_id from saga
         where not open and lost is null and steps_due_at is null and state in ('COMPLETED', 'COMPENSATED')
           and updated_at < ${before}
         order by updated_at limit ${BATCH} for update skip locked
       ), gone as (
         -- By arrays: for a join the planner may read a whole table into a hash.
         delete from saga where saga_id = any(array(select saga_id from due)) returning saga_id, version
       ), timelines as (
         delete from ended_timeline where saga_id = any(array(select saga_id from gone))
       ), settlements as (
         delete from settlement where saga_id = any(array(select saga_id from gone))
       )
       insert into saga_head as known (saga_id, version) select saga_id, version from gone
       on conflict (saga_id) do update set version = greatest(known.version, excluded.version)`,
    );
    if (sagas.rowCount === BATCH) return true;
    return this.trimReports(before);
  }

  /**
   * Removes reports of runs whose saga was never found, or is gone. They come after the sagas, because reports of sagas that still
   * exist are skipped. A call reads the batch after the last one, because there may be many reports of sagas that stay.
   */
  private async trimReports(before: Date): Promise<boolean> {
    const { recordedAt, sagaId, runId } = this.readTo ?? { recordedAt: '-infinity', sagaId: '', runId: '' };
    const { rows } = await this.database.query<ReportPlace & { removed: number }>(
      sql`with batch as materialized (
         select ctid, saga_id, run_id, recorded_at from ended_timeline
         where recorded_at < ${before} and (recorded_at, saga_id, run_id) > (${recordedAt}::timestamptz, ${sagaId}, ${runId})
         order by recorded_at, saga_id, run_id limit ${BATCH}
       ), gone as (
         delete from ended_timeline where recorded_at < ${before} and ctid = any(array(
           -- A limit keeps the planner from a hash of all sagas.
           select ctid from batch where (select true from saga where saga.saga_id = batch.saga_id limit 1) is null))
         returning 1
       )
       select recorded_at as "recordedAt", saga_id as "sagaId", run_id as "runId", (select count(*)::int from gone) as removed
       from batch order by recorded_at, saga_id, run_id`,
    );
    const last = rows.at(-1);
    this.readTo = rows.length === BATCH ? last : undefined;
    return rows.length === BATCH && last!.removed > 0;
  }
}
