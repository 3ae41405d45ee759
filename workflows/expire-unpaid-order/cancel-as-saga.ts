import { ChildWorkflowFailure, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  cancelOrderIds,
  type CancelOrderOutcome,
  type CancelOrderRequest,
  cancelOrderType,
} from '../cancel-order/cancel-order.contract.js';
import { searchAttributes } from '../saga/search-attributes.js';

type CancelOrder = (request: CancelOrderRequest) => Promise<CancelOrderOutcome>;

/** `taken`: another saga has used this command number. */
export type Cancellation = { sagaId: string } & ({ state: 'taken' } | CancelOrderOutcome);

/**
 * Runs the saga that `POST /v1/orders/{id}/cancel` starts, with the command number that the gateway would assign: of two at once only one
 * runs. The saga outlives the process that started it.
 */
export async function cancelAsSaga(request: CancelOrderRequest, customerId: string, number: number): Promise<Cancellation> {
  const { orderId } = request;
  const sagaId = cancelOrderIds.of(orderId, number);
  try {
    const saga = await startChild<CancelOrder>(cancelOrderType, {
      workflowId: sagaId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [request],
      typedSearchAttributes: [
        { key: searchAttributes.sagaType, value: cancelOrderType },
        { key: searchAttributes.sagaState, value: 'RUNNING' },
        { key: searchAttributes.customerId, value: customerId },
        { key: searchAttributes.businessId, value: orderId },
      ],
      staticSummary: `The order ${orderId} is to be cancelled: it was not paid in time`,
    });
    return { sagaId, ...(await saga.result()) };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { sagaId, state: 'taken' };
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return {
      sagaId,
      state: 'UNCHANGED',
      orderId,
      reason: { code: 'SAGA_ENDED_OTHERWISE', detail: error.cause?.message ?? error.message },
    };
  }
}
