import { Inject, Injectable } from '@nestjs/common';
import { type Client, type WorkflowExecutionDescription, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { grpcCodeOf, NOT_FOUND } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';

/** What a saga was started with and, once it has ended, how. */
export interface StartedSaga<Request, Outcome> {
  request: Request;
  sagaId: string;
  startedAt: string;
  /** Of the last thing known of it. */
  updatedAt: string;
  /** Undefined while it runs. One that did not end by itself has no outcome. */
  end: { status: string; outcome: Outcome | undefined } | undefined;
}

/**
 * What the sagas themselves know of what they create, for the time that no service does (yet): the start of a saga is durable before its
 * 202 goes out.
 */
@Injectable()
export class StartedSagas {
  constructor(@Inject(TemporalService) private readonly temporal: TemporalService) {}

  /** The saga, or undefined if it was never started. */
  async find<Request, Outcome>(sagaId: string): Promise<StartedSaga<Request, Outcome> | undefined> {
    const started = await this.temporal
      .call(async (client) => {
        const [request, description] = await Promise.all([
          requestOf<Request>(client, sagaId),
          client.workflow.getHandle(sagaId).describe(),
        ]);
        return { request, description };
      })
      .catch(nothingIfNotFound);
    if (!started) return undefined;
    const { startTime, closeTime } = started.description;
    return {
      request: started.request,
      sagaId,
      startedAt: startTime.toISOString(),
      updatedAt: (closeTime ?? startTime).toISOString(),
      end: await this.end<Outcome>(started.description),
    };
  }

  private async end<Outcome>({ workflowId, status }: WorkflowExecutionDescription): Promise<StartedSaga<never, Outcome>['end']> {
    if (status.name === 'RUNNING') return undefined;
    const outcome = await this.temporal
      .call((client) => client.workflow.getHandle<() => Promise<Outcome>>(workflowId).result())
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return undefined;
        throw error;
      });
    return { status: status.name, outcome: outcome as Outcome | undefined };
  }
}

/** What the saga was started with: the first event of its history. */
async function requestOf<Request>(client: Client, workflowId: string): Promise<Request> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [request] = await decodeArrayFromPayloads(loadedDataConverter, payloads, { type: 'workflow', namespace, workflowId });
  return request as Request;
}

function nothingIfNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND) return undefined;
  throw error;
}
