import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { OrderFact } from '../../../contracts/order/order-fact.js';
import { cancelOrderIds, cancelOrderType } from '../../../workflows/cancel-order/cancel-order.contract.js';
import {
  expireUnpaidOrderIds,
  type ExpireUnpaidOrderOutcome,
  type ExpireUnpaidOrderRequest,
  expireUnpaidOrderType,
  noteOrderFactSignal,
} from '../../../workflows/expire-unpaid-order/expire-unpaid-order.contract.js';
import { call, clearFaults, ended, eventually, order, placeOrder, saga, setFault } from '../../support/api.js';
import { system } from '../../support/system.js';
import { continuedWatch } from '../../support/continued-watch.js';
import { abort, comesTo, type RunElsewhere, type Scenarios } from './scenario.js';

const CUSTOMER = 'CUST-ELENA';
const policy = { fastStepMs: 500, stepDeadlineMs: 8_000, attentionAfterMs: 2_000 };
const fact = (type: OrderFact['type']): OrderFact => ({ occurrenceId: randomUUID(), type });

async function approved(): Promise<string> {
  const { orderId, sagaId } = await placeOrder(CUSTOMER, 5);
  expect((await ended(sagaId)).state).toBe('COMPLETED');
  return orderId;
}

/** Follows an order as the bridge would have it followed. */
async function follow<Result>(
  orderId: string,
  termMs: number,
  expected: ExpireUnpaidOrderOutcome['state'],
  meanwhile: (client: Client, workflowId: string) => Promise<Result | void> = async () => {},
): Promise<string> {
  const connection = await Connection.connect({ address: system().temporalAddress });
  try {
    const client = new Client({ connection });
    const workflowId = expireUnpaidOrderIds.of(orderId);
    const request: ExpireUnpaidOrderRequest = {
      orderId,
      customerId: CUSTOMER,
      approvedAt: new Date().toISOString(),
      termMs,
      policy,
    };
    const handle = await client.workflow.signalWithStart(expireUnpaidOrderType, {
      workflowId,
      taskQueue: 'roundtrip',
      args: [request],
      signal: noteOrderFactSignal.name,
      signalArgs: [fact('order.approved')],
    });
    await meanwhile(client, workflowId);
    expect(await handle.result()).toMatchObject({ state: expected, orderId });
    return workflowId;
  } finally {
    await connection.close();
  }
}

/** The first or the last run of a process that goes on in a new one. */
async function continued(which: 'firstRunId' | 'lastRunId'): Promise<RunElsewhere> {
  const { temporal, workflowId, ...watch } = await continuedWatch(CUSTOMER);
  return { workflowId, runId: watch[which], client: temporal.client, stop: () => temporal.stop() };
}

export const expireUnpaidOrderScenarios: Scenarios = {
  'expire-unpaid-order.expired': async () => follow(await approved(), 1_000, 'EXPIRED'),
  'expire-unpaid-order.paid-in-time': async () => {
    const orderId = await approved();
    return follow(orderId, 60_000, 'SETTLED', async (client, workflowId) => {
      const paid = fact('order.paid');
      for (let times = 0; times < 2; times++)
        await client.workflow
          .getHandle(workflowId)
          .signal(noteOrderFactSignal, paid)
          .catch(() => {});
    });
  },
  'expire-unpaid-order.settled-untold': async () => {
    const orderId = await approved();
    const { body } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/cancel`);
    await ended(body.sagaId);
    return follow(orderId, 1_000, 'SETTLED');
  },
  'expire-unpaid-order.expired-after-a-lock': async () => {
    const orderId = await approved();
    await setFault({ participant: 'payment', operation: 'authorize', mode: 'error' });
    const { body } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/pay`, { paymentMethod: 'pm_ok' });
    expect((await order(orderId)).state).toBe('PAYMENT_PENDING');
    return follow(orderId, 1, 'EXPIRED', async () => {
      await ended(body.sagaId);
      await clearFaults();
    });
  },
  'expire-unpaid-order.expired-under-the-next-number': async () => {
    const orderId = await approved();
    return follow(orderId, 3_000, 'EXPIRED', async (client) => {
      // A saga that was ended by force before anything of it ran: its number is used, and the order has not counted it.
      const used = await client.workflow.start(cancelOrderType, {
        workflowId: cancelOrderIds.of(orderId, 1),
        taskQueue: 'nobody-polls',
        args: [{ orderId, policy }],
      });
      await used.terminate('for the recording');
    });
  },
  'expire-unpaid-order.continued-as-new': () => continued('firstRunId'),
  'expire-unpaid-order.expired-in-a-new-run': () => continued('lastRunId'),
  'expire-unpaid-order.left-aborted': async () => {
    const orderId = await approved();
    await setFault({ participant: 'order', operation: 'beginOrderCancellation', mode: 'error' });
    return follow(orderId, 1, 'LEFT', async () => {
      const cancellation = cancelOrderIds.of(orderId, 1);
      await eventually(
        () => saga(cancellation),
        ({ state }) => state === 'RUNNING',
      );
      await comesTo(cancellation, 'begin order cancellation', 'RUNNING');
      await abort(cancellation);
      await clearFaults();
    });
  },
};
