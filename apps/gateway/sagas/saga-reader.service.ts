import { Injectable } from '@nestjs/common';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { StoredSaga } from '../../../contracts/saga/ended-saga.js';
import type { SagaTimeline } from '../../../contracts/saga/saga-state.js';
import type { ProjectedSaga, Saga, SagaPage } from '../../../contracts/saga/saga.resource.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import { invalidCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { timelineQuery } from '../../../workflows/saga/saga.contract.js';
import { isBehind, ReadModels } from '../upstreams/read-models.service.js';
import { grpcCodeOf, INVALID_ARGUMENT, NOT_FOUND } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { recordedState, type SagaRun, SagaView } from './saga-view.js';
import { cursorOf, type SagaFilter, tokenOf, visibilityQuery } from './visibility-query.js';

/** A worker answers queries, and may be busy or unavailable. All other fields of a saga can be shown without it. */
const QUERY_TIMEOUT_MS = 2_000;
const HISTORY_TIMEOUT_MS = 4_000;
/** How long to wait for the steps of a saga that has just ended, which its worker reports soon. */
const STEPS_TIMEOUT_MS = 1_500;

/** The prefix of the cursors of lists from Temporal itself. */
const TEMPORAL_CURSOR_PREFIX = 'temporal.';

/**
 * Reads sagas: open ones from Temporal, ended ones with their stored steps. The list comes from the read model, or from Temporal
 * if the read model is late.
 */
@Injectable()
export class SagaReader {
  constructor(
    private readonly temporal: TemporalService,
    private readonly view: SagaView,
    private readonly readModels: ReadModels,
  ) {}

  /**
   * Lists matching sagas, open ones first. With `at` the list has everything up to that position. Without it, the list has
   * everything that Temporal shows now: the watch polls, the relay publishes, and the read model waits. If that takes too long,
   * Temporal is read. If Temporal is unavailable, the read model answers as it is.
   * @throws ProblemException 503 when `at` is not reached in time, or no source is available.
   */
  async list({ at, after, ...filter }: SagaFilter): Promise<SagaPage> {
    if (after?.startsWith(TEMPORAL_CURSOR_PREFIX))
      return this.listFromTemporal(filter, after.slice(TEMPORAL_CURSOR_PREFIX.length));
    if (at !== undefined || after !== undefined) return this.listFromReadModel({ ...filter, after, at });
    const now = await this.readModels.committedPositionWithSagas();
    if (now !== undefined) {
      const page = await this.listFromReadModel({ ...filter, at: now }).catch(undefinedIfUnavailable);
      if (page) return page;
    }
    return this.listFromTemporal(filter).catch((error: unknown) =>
      this.listFromReadModel(filter).catch(() => {
        throw error;
      }),
    );
  }

  private async listFromReadModel(
    query: Omit<SagaFilter, 'at' | 'after'> & { at?: string | undefined; after?: string | undefined },
  ): Promise<SagaPage> {
    const { items, ...page } = await this.readModels.page<ProjectedSaga>('/sagas', { ...query });
    return { ...page, items: items.map((saga) => this.view.projected(saga)) };
  }

  private async listFromTemporal({ limit, ...filter }: Omit<SagaFilter, 'at' | 'after'>, after?: string): Promise<SagaPage> {
    const query = visibilityQuery(filter);
    const nextPageToken = after === undefined ? new Uint8Array() : tokenOf(after, query);
    return this.temporal.call(async (client) => {
      const { namespace } = client.options;
      const page = await client.workflowService
        .listWorkflowExecutions({ namespace, query, pageSize: limit, nextPageToken })
        .catch((error: unknown) => {
          throw after !== undefined && grpcCodeOf(error) === INVALID_ARGUMENT ? invalidCursor(error) : error;
        });
      const runs: SagaRun[] = await Promise.all(
        page.executions.map((raw) => executionInfoFromRaw(raw, client.options.loadedDataConverter, raw, namespace)),
      );
      const next = cursorOf(page.nextPageToken ?? new Uint8Array(), query);
      return {
        items: runs.flatMap((run) => this.view.summary(run) ?? []),
        next: next === null ? null : `${TEMPORAL_CURSOR_PREFIX}${next}`,
        asOf: null,
      };
    });
  }

  /**
   * A saga with its steps. An open saga is queried. An ended saga has stored steps, so it needs neither a worker nor its run in
   * Temporal.
   * @throws ProblemException 404 `SAGA_NOT_FOUND`.
   */
  async saga(sagaId: string): Promise<Saga> {
    const run = await this.retainedRun(sagaId);
    if (!run) return this.expiredSaga(sagaId);
    if (!this.view.summary(run)) return sagaNotFound(sagaId);
    if (run.status.name === 'RUNNING') return this.view.full(run, await this.timeline(sagaId))!;
    const stored = await this.stored(sagaId, { runId: run.runId, state: recordedState(run), waitMs: STEPS_TIMEOUT_MS }).catch(
      undefinedIfUnavailable,
    );
    const timeline = stored ? stored.steps?.timeline : await this.timeline(sagaId);
    return this.view.full(run, timeline, stored?.saga?.runId === run.runId && stored.saga.lost)!;
  }

  /** The newest run of a saga as Temporal describes it now. @throws ProblemException 404 `SAGA_NOT_FOUND`. */
  async run(sagaId: string): Promise<SagaRun> {
    return (await this.retainedRun(sagaId)) ?? sagaNotFound(sagaId);
  }

  /**
   * The history of a saga as JSON text, as the replayer reads it.
   * @throws ProblemException 404 `SAGA_NOT_FOUND`, 410 `HISTORY_EXPIRED`.
   */
  async history(sagaId: string): Promise<string> {
    try {
      return await this.temporal.call((client) => historyOf(client, sagaId), HISTORY_TIMEOUT_MS);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.stored(sagaId);
      const detail = `Temporal no longer has the history of the saga ${sagaId}. GET /v1/sagas/${sagaId} shows its steps.`;
      throw new ProblemException(410, 'HISTORY_EXPIRED', detail);
    }
  }

  private async retainedRun(sagaId: string): Promise<SagaRun | undefined> {
    try {
      return await this.temporal.call((client) => client.workflow.getHandle(sagaId).describe());
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async expiredSaga(sagaId: string): Promise<Saga> {
    const { saga, steps } = await this.stored(sagaId);
    return saga ? this.view.recorded(saga, steps) : sagaNotFound(sagaId);
  }

  /** @throws ProblemException 404 `SAGA_NOT_FOUND`, 503. */
  private stored(sagaId: string, query: { runId?: string; state?: string; waitMs?: number } = {}): Promise<StoredSaga> {
    return this.readModels.saga.get<StoredSaga>(`/sagas/${sagaId}`, query);
  }

  private async timeline(sagaId: string): Promise<SagaTimeline | undefined> {
    return this.temporal
      .call((client) => client.workflow.getHandle(sagaId).query(timelineQuery), QUERY_TIMEOUT_MS)
      .catch(() => undefined);
  }
}

/** Turns an unavailable or late service into undefined, so that another source can answer. */
function undefinedIfUnavailable(error: unknown): undefined {
  if (isBehind(error) || error instanceof ParticipantUnavailableException) return undefined;
  throw error;
}

async function historyOf(client: Client, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ typedSearchAttributes }, history] = await Promise.all([handle.describe(), handle.fetchHistory()]);
  if (typedSearchAttributes.getAll().length === 0) return sagaNotFound(workflowId);
  return historyToJSON(history);
}

const isNotFound = (error: unknown): boolean => error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;

/** @throws ProblemException 404 `SAGA_NOT_FOUND`. */
export function sagaNotFound(sagaId: string): never {
  throw new ProblemException(404, 'SAGA_NOT_FOUND', `There is no saga ${sagaId}.`);
}
