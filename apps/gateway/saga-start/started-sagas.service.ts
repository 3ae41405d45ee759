import { Injectable } from '@nestjs/common';
import { type Client, type WorkflowExecutionDescription, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { z } from 'zod';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { grpcCodeOf, NOT_FOUND } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';
import type { AggregateType } from './saga-starter.service.js';

/** The input of a saga and its end. */
export interface StartedSaga<Request, Outcome> {
  request: Request;
  sagaId: string;
  startedAt: string;
  /** The time of its end, or else of its start. */
  updatedAt: string;
  /** Undefined while it runs. A saga that was ended by force has no outcome. */
  end: { status: string; outcome: Outcome | undefined } | undefined;
}

/**
 * Reads orders and trips from their sagas until their service has them: the start of a saga is durable before its 202 is sent.
 */
@Injectable()
export class StartedSagas {
  constructor(private readonly temporal: TemporalService) {}

  /** The saga, or undefined if it was never started, or was started by hand with an invalid input. */
  async find<Request, Outcome>(sagaId: string, input: z.ZodType<Request>): Promise<StartedSaga<Request, Outcome> | undefined> {
    const started = await this.temporal
      .call(async (client) => {
        const [request, description] = await Promise.all([inputOf(client, sagaId), client.workflow.getHandle(sagaId).describe()]);
        return { request, description };
      })
      .catch(undefinedIfNotFound);
    const request = input.safeParse(started?.request);
    if (!started || !request.success) return undefined;
    const { startTime, closeTime } = started.description;
    return {
      request: request.data,
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

/**
 * An order or a trip as its owner has it, or, until the owner has it, as its saga shows it.
 * @throws ProblemException 404 `ORDER_NOT_FOUND` or `TRIP_NOT_FOUND` if neither knows it.
 */
export async function recordedOrAccepted<Resource>(
  aggregateType: AggregateType,
  recorded: () => Promise<Resource>,
  accepted: () => Promise<Resource | undefined>,
): Promise<Resource> {
  try {
    return await recorded();
  } catch (error) {
    if (!(error instanceof ProblemException) || error.problem.code !== `${aggregateType.toUpperCase()}_NOT_FOUND`) throw error;
    const resource = await accepted();
    if (!resource) throw error;
    return resource;
  }
}

/** The input of the saga, from the first event of its history; undefined if it has none or cannot be decoded. */
async function inputOf(client: Client, workflowId: string): Promise<unknown> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const context = { type: 'workflow', namespace, workflowId } as const;
  const [input] = await decodeArrayFromPayloads(loadedDataConverter, payloads, context).catch(() => []);
  return input;
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND) return undefined;
  throw error;
}
