import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { OrderState } from '../../contracts/order/order-state.js';
import { assertPolicy } from '../saga/messages.js';
import { withoutLimit } from '../saga/step-policies.js';
import { cancelAsSaga } from './cancel-as-saga.js';
import type { ExpireUnpaidOrderOutcome, ExpireUnpaidOrderRequest } from './expire-unpaid-order.contract.js';
import { OrderFacts } from './order-facts.js';

const finalStates: readonly OrderState[] = ['REJECTED', 'CANCELLED', 'PAID', 'SHIPPED'];
/** Reasons that resolve by themselves. After any other reason a person has decided, or has to. */
const transientReasons: readonly string[] = ['ORDER_STATE_CONFLICT', 'PARTICIPANT_UNAVAILABLE'];
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Cancels an approved order that is not paid within its term. It is a process manager, not a saga: it listens to events of the order,
 * holds nothing, and starts the saga that cancels the order. It polls a locked order until the order is unlocked, and continues as a new
 * run before its history grows too long.
 */
export async function expireUnpaidOrder(request: ExpireUnpaidOrderRequest): Promise<ExpireUnpaidOrderOutcome> {
  assertPolicy(request);
  const { orderId, customerId, approvedAt, termMs, policy, carried } = request;
  const { readOrder } = proxyActivities<Activities>(withoutLimit('read order'));
  const facts = new OrderFacts(carried?.heard);
  const termEnds = Date.parse(approvedAt) + termMs;

  if (!carried && (await facts.finalFactWithin(Math.max(termEnds - workflowInfo().startTime.getTime(), 1))))
    return { state: 'SETTLED', orderId };

  let { free, pauseMs } = carried ?? { free: 1, pauseMs: FIRST_PAUSE_MS };
  for (;;) {
    const order = await readOrder({ orderId });
    if (finalStates.includes(order.state)) return { state: 'SETTLED', orderId };

    if (order.state === 'APPROVED') {
      const number = Math.max(order.commandCount + 1, free);
      const cancellation = await cancelAsSaga({ orderId, policy }, customerId, number);
      const { sagaId } = cancellation;
      if (cancellation.state === 'CANCELLED') return { state: 'EXPIRED', orderId, sagaId };
      if (cancellation.state === 'UNCHANGED' && !transientReasons.includes(cancellation.reason.code))
        return { state: 'LEFT', orderId, sagaId, reason: cancellation.reason };
      free = number + 1;
    }
    // Another saga has locked the order, or was faster. Poll again, unless a final fact arrives meanwhile.
    if (await facts.finalFactWithin(pauseMs)) return { state: 'SETTLED', orderId };
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    if (workflowInfo().continueAsNewSuggested)
      return continueAsNew<typeof expireUnpaidOrder>({ ...request, carried: { free, pauseMs, heard: facts.all() } });
  }
}
