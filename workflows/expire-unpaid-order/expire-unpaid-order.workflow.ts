import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { OrderState } from '../../contracts/order-state.js';
import { assertPolicy } from '../saga/messages.js';
import { persistent } from '../saga/step-policies.js';
import { cancelAsSaga } from './cancel-as-saga.js';
import type { ExpireUnpaidOrderOutcome, ExpireUnpaidOrderRequest } from './expire-unpaid-order.contract.js';
import { OrderFacts } from './order-facts.js';

const settled: readonly OrderState[] = ['REJECTED', 'CANCELLED', 'PAID', 'SHIPPED'];
/** What passes by itself; after anything else a person has decided, or has to. */
const passing: readonly string[] = ['ORDER_STATE_CONFLICT', 'PARTICIPANT_UNAVAILABLE'];
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Cancels an approved order that is not paid within its term. Listens to what becomes of the order and holds nothing of it: a process manager,
 * not a saga. What it starts is one. An order that stays locked is looked at for as long as it takes, from run to run, so that no history grows
 * without end.
 */
export async function expireUnpaidOrder(request: ExpireUnpaidOrderRequest): Promise<ExpireUnpaidOrderOutcome> {
  assertPolicy(request);
  const { orderId, customerId, approvedAt, termMs, policy, carried } = request;
  const { readOrder } = proxyActivities<Activities>(persistent('read order'));
  const facts = new OrderFacts(carried?.heard);
  const termEnds = Date.parse(approvedAt) + termMs;

  if (!carried && (await facts.settledWithin(Math.max(termEnds - workflowInfo().startTime.getTime(), 1))))
    return { state: 'SETTLED', orderId };

  let { free, pauseMs } = carried ?? { free: 1, pauseMs: FIRST_PAUSE_MS };
  for (;;) {
    const order = await readOrder({ orderId });
    if (settled.includes(order.state)) return { state: 'SETTLED', orderId };

    if (order.state === 'APPROVED') {
      const number = Math.max(order.commandCount + 1, free);
      const cancellation = await cancelAsSaga({ orderId, policy }, customerId, number);
      const { sagaId } = cancellation;
      if (cancellation.state === 'CANCELLED') return { state: 'EXPIRED', orderId, sagaId };
      if (cancellation.state === 'UNCHANGED' && !passing.includes(cancellation.reason.code))
        return { state: 'LEFT', orderId, sagaId, reason: cancellation.reason };
      free = number + 1;
    }
    // Another saga has locked the order, or was faster: it is looked at again, and left alone as soon as it is told to be settled.
    if (await facts.settledWithin(pauseMs)) return { state: 'SETTLED', orderId };
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    if (workflowInfo().continueAsNewSuggested)
      return continueAsNew<typeof expireUnpaidOrder>({ ...request, carried: { free, pauseMs, heard: facts.all() } });
  }
}
