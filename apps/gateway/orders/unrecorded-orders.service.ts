import { Inject, Injectable } from '@nestjs/common';
import { type Client, type WorkflowExecutionDescription, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Order, Rejection } from '../../../contracts/order.resource.js';
import {
  type CreateOrderOutcome,
  type CreateOrderRequest,
  createOrderWorkflowId,
} from '../../../workflows/create-order/create-order.contract.js';
import { Catalogue } from '../products/catalogue.service.js';
import { grpcCodeOf, NOT_FOUND } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';

/**
 * Orders that are accepted but that the order service does not know (yet): read from the start of their saga, which is durable before
 * the 202 goes out, at the catalogue's prices of now.
 */
@Injectable()
export class UnrecordedOrders {
  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(Catalogue) private readonly catalogue: Catalogue,
  ) {}

  /** The order, or undefined if no saga was ever started for it. */
  async find(orderId: string): Promise<Order | undefined> {
    const workflowId = createOrderWorkflowId(orderId);
    const started = await this.temporal
      .call(async (client) => {
        const [request, description] = await Promise.all([
          requestOf(client, workflowId),
          client.workflow.getHandle(workflowId).describe(),
        ]);
        return { request, description };
      })
      .catch(nothingIfNotFound);
    if (!started) return undefined;

    const { request, description } = started;
    const [prices, standing] = await Promise.all([
      this.catalogue.prices(request.lines.map(({ sku }) => sku)),
      this.standing(description),
    ]);
    const lines = request.lines.map(({ sku, quantity }) => ({
      sku,
      quantity,
      unitPrice: prices.get(sku) ?? { amount: 0, currency: 'EUR' },
    }));
    return {
      orderId,
      customerId: request.customerId,
      ...standing,
      lines,
      total: {
        amount: lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0),
        currency: lines[0]?.unitPrice.currency ?? 'EUR',
      },
      sagaId: workflowId,
      createdAt: description.startTime.toISOString(),
      updatedAt: (description.closeTime ?? description.startTime).toISOString(),
    };
  }

  /** The order's state as far as its saga knows it. A saga that was ended by force before it recorded anything has sold nothing. */
  private async standing({
    workflowId,
    status,
  }: WorkflowExecutionDescription): Promise<{ state: Order['state']; rejection?: Rejection }> {
    if (status.name === 'RUNNING') return { state: 'PENDING' };
    const outcome = await this.temporal
      .call((client) => client.workflow.getHandle<() => Promise<CreateOrderOutcome>>(workflowId).result())
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return undefined;
        throw error;
      });
    if (outcome?.state === 'APPROVED') return { state: 'APPROVED' };
    const rejection = outcome?.rejection ?? {
      code: 'ABORTED',
      detail: `The saga ended as ${status.name} before the order was recorded.`,
    };
    return { state: 'REJECTED', rejection };
  }
}

/** What the saga was started with: the first event of its history. */
async function requestOf(client: Client, workflowId: string): Promise<CreateOrderRequest> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [request] = (await decodeArrayFromPayloads(loadedDataConverter, payloads, {
    type: 'workflow',
    namespace,
    workflowId,
  })) as [CreateOrderRequest];
  return request;
}

function nothingIfNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND) return undefined;
  throw error;
}
