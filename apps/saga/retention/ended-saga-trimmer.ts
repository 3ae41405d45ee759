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
         delete from saga using due where saga.saga_id = due.saga_id returning saga.saga_id, saga.version
       ), timelines as (
         delete from ended_timeline t using gone where t.saga_id = gone.saga_id
       ), settlements as (
         delete from settlement s using gone where s.saga_id = gone.saga_id
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
         where recorded_at < $1 and not exists (select from saga where saga.saga_id = old.saga_id)
         order by recorded_at limit $2 for update skip locked))`,
      [before, BATCH],
    );
    return reports.rowCount === BATCH;
  }
}
