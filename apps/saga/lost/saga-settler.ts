import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowExecutionDescription } from '@temporalio/client';
import type { Pool } from 'pg';
import type { RecordedSaga, SettleCommand } from '../../../contracts/saga/ended-saga.js';
import { sql } from '../../../libs/database/sql.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { describeRun } from '../../../libs/temporal/describe-run.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { isEndedByForce, observedSaga } from '../observed-saga.js';
import type { SagaRegister } from '../saga-register.js';
import { inputFromOwner, inputOfRun, type Owners, type SagaInput } from './saga-input.js';

/** How long Temporal may take to answer. */
const TEMPORAL_MS = 4_000;

export interface SagaSettlerOptions {
  client: Client;
  owners: Owners;
  taskQueue: string;
  /** For a saga whose own policy is gone with its history. */
  policy: SagaPolicy;
}

/**
 * Settles lost sagas. A settle run has the id and the input of the lost run; it asks the pivot's key first, and then rolls back or goes
 * forward. Temporal refuses a second run of an id that is open, so two settlements at once start one run.
 */
export class SagaSettler {
  constructor(
    private readonly database: Pool,
    private readonly register: SagaRegister,
    private readonly options: SagaSettlerOptions,
  ) {}

  /**
   * Starts the settle run. A repeated request with the same key has no further effect.
   * @throws ProblemException 404 `SAGA_NOT_FOUND`, 409 `SAGA_NOT_LOST`, 422 `IDEMPOTENCY_KEY_REUSED`.
   */
  settle(sagaId: string, command: SettleCommand): Promise<void> {
    const { connection } = this.options.client;
    return connection.withDeadline(Date.now() + TEMPORAL_MS, () => this.settleOnce(sagaId, command));
  }

  private async settleOnce(sagaId: string, command: SettleCommand): Promise<void> {
    const first = command.requestKey === undefined ? undefined : await this.first(sagaId, command.requestKey);
    if (first?.note === command.note) return;
    if (first) throw keyReused();
    const [saga, run] = await Promise.all([this.register.find(sagaId), describeRun(this.options.client, sagaId)]);
    const observed = run && observedSaga(run);
    if (!saga && !observed) throw new ProblemException(404, 'SAGA_NOT_FOUND', `There is no saga ${sagaId}.`);
    const isLost = observed ? isEndedByForce(observed) : saga?.lost;
    if (!isLost) throw notLost(sagaId);
    await this.start(sagaId, saga, run, command);
  }

  private async start(
    sagaId: string,
    saga: RecordedSaga | undefined,
    run: WorkflowExecutionDescription | undefined,
    command: SettleCommand,
  ): Promise<void> {
    const { client, taskQueue } = this.options;
    const lostSaga = (run && observedSaga(run)) ?? saga!;
    const input = await this.inputOf(lostSaga, run);
    const { id: settlement, isFirst } = await this.recordRequest(sagaId, command);
    try {
      const handle = await client.workflow.start(lostSaga.type, {
        workflowId: sagaId,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        taskQueue,
        args: [{ ...input, policy: { ...this.options.policy, ...input.policy, settle: true } }],
        ...(run?.memo ? { memo: run.memo } : {}),
        typedSearchAttributes: [
          { key: searchAttributes.sagaType, value: lostSaga.type },
          { key: searchAttributes.sagaState, value: 'RUNNING' },
          { key: searchAttributes.businessId, value: lostSaga.businessId },
          ...(lostSaga.customerId === null ? [] : [{ key: searchAttributes.customerId, value: lostSaga.customerId }]),
        ],
        staticSummary: `Settles the lost saga ${sagaId}`,
        staticDetails: command.note,
      });
      await this.database.query(sql`update settlement set run_id = ${handle.firstExecutionRunId} where id = ${settlement}`);
    } catch (error) {
      // A concurrent request with the same key was faster. Its record stays, and this request succeeds as well.
      if (!isFirst && error instanceof WorkflowExecutionAlreadyStartedError) return;
      if (isFirst) await this.database.query(sql`delete from settlement where id = ${settlement} and run_id is null`);
      throw error instanceof WorkflowExecutionAlreadyStartedError ? notLost(sagaId) : error;
    }
  }

  private async inputOf(
    lostSaga: Pick<RecordedSaga, 'type' | 'businessId'>,
    run: WorkflowExecutionDescription | undefined,
  ): Promise<SagaInput> {
    const { client, owners, policy } = this.options;
    return run
      ? inputOfRun(client, run.workflowId, run.runId)
      : inputFromOwner(lostSaga.type, lostSaga.businessId, owners, policy);
  }

  private async first(sagaId: string, requestKey: string): Promise<{ note: string } | undefined> {
    const { rows } = await this.database.query<{ note: string }>(
      sql`select note from settlement where saga_id = ${sagaId} and request_key = ${requestKey} and run_id is not null`,
    );
    return rows[0];
  }

  /** @returns the record of the request, or of the first request with its key that has not started a run yet. */
  private async recordRequest(
    sagaId: string,
    { note, by, requestKey }: SettleCommand,
  ): Promise<{ id: string; isFirst: boolean }> {
    const { rows } = await this.database.query<{ id: string; note: string; isFirst: boolean }>(
      sql`insert into settlement as known (saga_id, note, requested_by, request_key)
         values (${sagaId}, ${note}, ${by ?? 'an operator'}, ${requestKey ?? null})
       on conflict (saga_id, request_key) where request_key is not null do update set request_key = known.request_key
       returning id, note, xmax = 0 as "isFirst"`,
    );
    const [record] = rows;
    if (record!.note !== note) throw keyReused();
    return record!;
  }
}

const keyReused = (): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    'The Idempotency-Key belongs to a settlement with another note. Use a new key for another request.',
  );

const notLost = (sagaId: string): ProblemException =>
  new ProblemException(409, 'SAGA_NOT_LOST', `The saga ${sagaId} is running or has ended by itself: there is nothing to settle.`);
