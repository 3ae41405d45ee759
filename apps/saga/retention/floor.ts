import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';

const HOUR_MS = 3_600_000;
/** A longer saga is looked up in the register. For shorter ones this margin is enough. */
const LONG_SAGA_HOURS = 24;
/** How late Temporal may delete an ended run. Such a run can still be reset. */
const LATE_DELETION_MS = 24 * HOUR_MS;
/** The largest difference between the clocks of a participant's database and of Temporal. */
const CLOCKS_MS = HOUR_MS;
/** If the last poll is older, the register does not show reliably which sagas are open. */
const WATCH_LAG_MS = 30_000;
const TEMPORAL_MS = 4_000;

export interface FloorOptions {
  database: Pool;
  client: Client;
  /** When the watch last polled Temporal, in ms since the epoch. */
  lastPoll: () => number | undefined;
  /** For soak tests: uses the open and lost sagas only, not the retention of Temporal. */
  short?: boolean;
}

/**
 * The command floor: participants have to keep commands since then. No saga that may continue has an older command. A saga may
 * continue while it is open or lost, and while Temporal keeps its run, because an operator may reset it.
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

  /** The start of the oldest saga that is open or lost. */
  private oldestOpenOrLost(): Promise<number | undefined> {
    return this.oldest('select min(started_at) as "startedAt" from saga where open or lost is not null');
  }

  /** The start of the oldest saga that ran for more than a day and has ended since. */
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
