import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { sql } from '../../../libs/database/sql.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import type { BridgedSignal } from './bridge-rule.js';

const BATCH = 10;
const SIGNAL_TIMEOUT_MS = 5_000;
/** Longer than a signal can take. After that, another process sends the signals of a process that died. */
const LEASE_MS = 15_000;
const MAX_BACKOFF_MS = 60_000;

type Row = Omit<BridgedSignal, 'start'> & { id: string; attempts: number; start: BridgedSignal['start'] | null };

export interface SignalSenderOptions {
  database: Pool;
  client: Client;
  taskQueue: string;
  onError: (error: unknown) => void;
}

/**
 * Sends the queued signals: at least once, retrying until it succeeds, and in order for each workflow. A signal that fails delays
 * only the signals of the same workflow. Any number of processes may do it at once.
 */
export class SignalSender {
  constructor(private readonly options: SignalSenderOptions) {}

  /** One batch. @returns how many signals were tried. */
  async send(): Promise<number> {
    const { database } = this.options;
    const { rows } = await database.query<Row>(
      sql`with due as (
         select id from bridge_signal s
         where next_attempt_at <= clock_timestamp()
           and not exists (select from bridge_signal o where o.workflow_id = s.workflow_id and o.id < s.id)
         order by next_attempt_at, id limit ${BATCH} for update skip locked
       )
       update bridge_signal s set attempts = attempts + 1,
         next_attempt_at = clock_timestamp() + ${LEASE_MS} * interval '1 millisecond'
       from due where s.id = due.id
       returning s.id, s.workflow_id as "workflowId", s.signal, s.argument, s.start, s.attempts`,
    );
    await Promise.all(rows.map((row) => this.attempt(row)));
    return rows.length;
  }

  private async attempt(row: Row): Promise<void> {
    const { database, client, onError } = this.options;
    const { id, attempts, workflowId, signal } = row;
    try {
      await client.connection.withDeadline(Date.now() + SIGNAL_TIMEOUT_MS, () => this.deliver(row));
      await database.query(sql`delete from bridge_signal where id = ${id} and attempts = ${attempts}`);
    } catch (error) {
      onError(new Error(`The signal ${signal} could not be sent to ${workflowId}. It is retried.`, { cause: error }));
      const backoffMs = Math.min(MAX_BACKOFF_MS, 500 * 2 ** Math.min(attempts - 1, 10));
      await database
        .query(
          sql`update bridge_signal set next_attempt_at = clock_timestamp() + ${backoffMs} * interval '1 millisecond',
             last_error = ${(error as Error).message.slice(0, 2_000)}
           where id = ${id} and attempts = ${attempts}`,
        )
        .catch(onError); // then the lease ends
    }
  }

  private async deliver({ workflowId, signal, argument, start }: Row): Promise<void> {
    const { client, taskQueue } = this.options;
    try {
      if (!start) return await client.workflow.getHandle(workflowId).signal(signal, argument);
      await client.workflow.signalWithStart(start.type, {
        workflowId,
        // The id is used once: a repeated event after the end of the workflow does not start a second run.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue,
        args: [start.request],
        signal,
        signalArgs: [argument],
        typedSearchAttributes: [
          { key: searchAttributes.customerId, value: start.customerId },
          { key: searchAttributes.businessId, value: start.businessId },
        ],
        staticSummary: start.summary,
      });
    } catch (error) {
      // The workflow has ended or never existed, so the signal is not needed.
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw error;
    }
  }
}
