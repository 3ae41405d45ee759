import type { Pool } from 'pg';

const BATCH = 1_000;

/**
 * Removes old ended sagas with their steps and settlements. A saga with skipped steps stays, because their effects still exist.
 */
export class EndedSagaTrimmer {
  constructor(private readonly database: Pool) {}

  /** One batch. @returns whether there may be more. */
  async trim(before: Date): Promise<boolean> {
    const sagas = await this.database.query(
      `with due as (
         select saga_id from saga
         where not open and lost is null and steps_due_at is null and state in ('COMPLETED', 'COMPENSATED') and updated_at < $1
         order by updated_at limit $2 for update skip locked
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
      [before, BATCH],
    );
    if (sagas.rowCount === BATCH) return true;
    // Reports of runs whose saga was never found, or is gone. They come last, because reports of sagas that still exist are
    // skipped.
    const reports = await this.database.query(
      `delete from ended_timeline t where ctid = any(array(
         select ctid from ended_timeline old
         where recorded_at < $1 and (select true from saga where saga.saga_id = old.saga_id) is null
         order by recorded_at limit $2 for update skip locked))`,
      [before, BATCH],
    );
    return reports.rowCount === BATCH;
  }
}
