import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';

const HOUR_MS = 3_600_000;
/** A saga that takes no longer than this needs no row of its own to be counted. */
const LONG_SAGA_HOURS = 24;
/** By how much Temporal may delete an ended run late: such a run can still be reset, and its owner still found without an end. */
const LATE_DELETION_MS = 24 * HOUR_MS;
/** By how much the clocks of a participant's database and of Temporal may differ. */
const CLOCKS_MS = HOUR_MS;
/** Older than that the register of sagas does not say which ones are open. */
const WATCH_LAG_MS = 30_000;
const TEMPORAL_MS = 4_000;

export interface FloorOptions {
  database: Pool;
  client: Client;
  /** When the watch last polled Temporal, in ms since the epoch. */
  lastPoll: () => number | undefined;
  /** For a soak: goes by the sagas that are open or lost alone, and not by what Temporal still keeps. */
  short?: boolean;
}

/**
 * The floor of what participants have to remember: no command of a saga that may still go on is older. A saga may go on while it is open or
 * lost, and as long as Temporal keeps its run, which somebody may reset.
 */
export class Floor {
  constructor(private readonly options: FloorOptions) {}

  /** @returns undefined while it is unknown. @throws when Temporal or the database does not answer. */
  async read(now = Date.now()): Promise<Date | undefined> {
    const { lastPoll, short } = this.options;
    if (now - (lastPoll() ?? 0) > WATCH_LAG_MS) return undefined;
    if (short) return new Date(Math.min(now, (await this.oldestOpenOrLost()) ?? now));
    const expiredBefore = now - (await this.temporalRetentionMs()) - LATE_DELETION_MS;
    const oldest = [await this.oldestOpenOrLost(), await this.oldestLongRunning(new Date(expiredBefore))].filter(
      (time) => time !== undefined,
    );
    return new Date(Math.min(expiredBefore - LONG_SAGA_HOURS * HOUR_MS, ...oldest.map((time) => time - CLOCKS_MS)));
  }

  private async temporalRetentionMs(): Promise<number> {
    const { client } = this.options;
    const { namespace } = client.options;
    const describe = () => client.workflowService.describeNamespace({ namespace });
    const { config } = await client.connection.withDeadline(Date.now() + TEMPORAL_MS, describe);
    const seconds = config?.workflowExecutionRetentionTtl?.seconds;
    if (seconds === undefined || seconds === null)
      throw new Error(`Temporal does not say how long it keeps the ended runs of namespace ${namespace}`);
    return Number(seconds) * 1_000;
  }

  /** When the oldest saga began that is open or lost. */
  private oldestOpenOrLost(): Promise<number | undefined> {
    return this.oldest('select min(started_at) as "startedAt" from saga where open or lost is not null');
  }

  /** When the oldest saga began that has ended since, after more than a day. */
  private oldestLongRunning(since: Date): Promise<number | undefined> {
    return this.oldest(
      `select min(started_at) as "startedAt" from saga
       where ended_at - started_at > interval '${LONG_SAGA_HOURS} hours' and ended_at >= $1`,
      since,
    );
  }

  private async oldest(query: string, ...values: Date[]): Promise<number | undefined> {
    const { rows } = await this.options.database.query<{ startedAt: Date | null }>(query, values);
    return rows[0]?.startedAt?.getTime();
  }
}
