import { Inject, Injectable } from '@nestjs/common';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Page } from '../../../contracts/page.js';
import type { SagaTimeline } from '../../../contracts/saga-state.js';
import type { Saga, SagaSummary } from '../../../contracts/saga.resource.js';
import { timelineQuery } from '../../../workflows/saga/saga.contract.js';
import { grpcCodeOf, INVALID_ARGUMENT, NOT_FOUND } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { cursorOf, invalidCursor, tokenOf } from './page-token.js';
import type { SagaFilter } from './saga-filter.js';
import { sagaNotFound } from './saga-not-found.js';
import type { SagaRun } from './saga-run.js';
import { SagaView } from './saga-view.js';
import { visibilityQuery } from './visibility-query.js';

/** A query is answered by a worker, which may be busy or away; the rest of a saga can be shown without it. */
const QUERY_MS = 2_000;
const HISTORY_MS = 4_000;

/** Sagas as Temporal has them: it is their database. */
@Injectable()
export class SagaReader {
  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(SagaView) private readonly view: SagaView,
  ) {}

  /** Sagas that match, those under way first. */
  async list({ limit, after, ...filter }: SagaFilter): Promise<Page<SagaSummary>> {
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
      return {
        items: runs.flatMap((run) => this.view.summary(run) ?? []),
        next: cursorOf(page.nextPageToken ?? new Uint8Array(), query),
      };
    });
  }

  /** @throws ProblemException 404 `SAGA_NOT_FOUND`. */
  async saga(sagaId: string): Promise<Saga> {
    const [run, timeline] = await Promise.all([this.run(sagaId), this.timeline(sagaId)]);
    return this.view.full(run, timeline) ?? sagaNotFound(sagaId);
  }

  /** The run of a saga as Temporal describes it now. @throws ProblemException 404 `SAGA_NOT_FOUND`. */
  run(sagaId: string): Promise<SagaRun> {
    return this.temporal
      .call((client) => client.workflow.getHandle(sagaId).describe())
      .catch((error: unknown) => notFoundAs(sagaId, error));
  }

  /** The history of a saga as JSON text, as the replayer reads it. @throws ProblemException 404 `SAGA_NOT_FOUND`. */
  async history(sagaId: string): Promise<string> {
    return this.temporal
      .call((client) => historyOf(client, sagaId), HISTORY_MS)
      .catch((error: unknown) => notFoundAs(sagaId, error));
  }

  private async timeline(sagaId: string): Promise<SagaTimeline | undefined> {
    return this.temporal
      .call((client) => client.workflow.getHandle(sagaId).query(timelineQuery), QUERY_MS)
      .catch(() => undefined);
  }
}

async function historyOf(client: Client, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ typedSearchAttributes }, history] = await Promise.all([handle.describe(), handle.fetchHistory()]);
  if (typedSearchAttributes.getAll().length === 0) return sagaNotFound(workflowId);
  return historyToJSON(history);
}

function notFoundAs(sagaId: string, error: unknown): never {
  if (error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND) return sagaNotFound(sagaId);
  throw error;
}
