import { expect } from 'vitest';
import type { ResolveAction, SagaState } from '../../../contracts/saga/saga-state.js';
import { call, clearFaults, eventually, order, placeOrder, saga, setFault, tokens } from '../../support/api.js';
import { abort, cancelInTemporal, comesTo, endsAs, resolve, settleAfterTermination, type Scenarios } from './scenario.js';

const EUROS = 5;
const place = async () => (await placeOrder('CUST-ELENA', EUROS)).sagaId;
const approved = async () => endsAs(await place(), 'COMPLETED');

/** An order that is rejected with the code. @returns its saga. */
async function rejected(code: string, body: object): Promise<string> {
  const placed = await call<{ orderId: string; sagaId: string }>('POST', '/v1/orders', body);
  expect(placed.status, JSON.stringify(placed.body)).toBe(202);
  const { orderId, sagaId } = placed.body;
  await endsAs(sagaId, 'COMPENSATED');
  expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code } });
  return sagaId;
}

/** A saga that is refused at its pivot, and whose credit cannot be released at first. */
async function stuck(action: ResolveAction, state: SagaState): Promise<string> {
  await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
  await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'refuse', times: 1 });
  const sagaId = await place();
  await resolve(sagaId, 'release credit', action);
  return endsAs(sagaId, state);
}

/** Stops the saga while the credit service takes its time. */
async function stopped(stop: (sagaId: string) => Promise<void>, code: string): Promise<string> {
  await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'delay', delayMs: 3_000 });
  const { orderId, sagaId } = await placeOrder('CUST-ELENA', EUROS);
  await comesTo(sagaId, 'reserve credit', 'RUNNING');
  await stop(sagaId);
  await endsAs(sagaId, 'COMPENSATED');
  expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code } });
  return sagaId;
}

/** A saga whose pivot cannot be reached for so long that an operator is called. */
async function pivotAway(then: (sagaId: string) => Promise<unknown>, state: SagaState): Promise<string> {
  await setFault({ participant: 'order', operation: 'approveOrder', mode: 'error' });
  const sagaId = await place();
  await comesTo(sagaId, 'approve order', 'NEEDS_ATTENTION');
  await then(sagaId);
  return endsAs(sagaId, state);
}

export const createOrderScenarios: Scenarios = {
  'create-order.approved': approved,
  'create-order.approved-patiently': async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error', times: 2 });
    return approved();
  },
  'create-order.approved-in-doubt': async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'drop-response', times: 1 });
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'drop-response', times: 1 });
    return approved();
  },
  'create-order.refused-unknown-product': () =>
    rejected('UNKNOWN_PRODUCT', { customerId: 'CUST-ELENA', lines: [{ sku: 'SKU-NONE', quantity: 1 }] }),
  'create-order.refused-customer-not-found': () => rejected('CUSTOMER_NOT_FOUND', { customerId: 'NOBODY', lines: tokens(EUROS) }),
  'create-order.refused-insufficient-credit': () =>
    rejected('INSUFFICIENT_CREDIT', { customerId: 'CUST-ELENA', lines: tokens(900_000) }),
  'create-order.refused-account-blocked': () =>
    rejected('CREDIT_ACCOUNT_BLOCKED', { customerId: 'CUST-FRANK', lines: tokens(EUROS) }),
  'create-order.refused-at-the-pivot': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    return endsAs(await place(), 'COMPENSATED');
  },
  'create-order.compensated-participant-unavailable': async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    return endsAs(await place(), 'COMPENSATED');
  },
  'create-order.aborted': () => stopped(abort, 'ABORTED'),
  'create-order.platform-cancelled': () => stopped(cancelInTemporal, 'CANCELLED'),
  'create-order.needs-attention-retried': () => stuck('retry', 'COMPENSATED'),
  'create-order.needs-attention-skipped': () => stuck('skip', 'INCOMPLETE'),
  'create-order.needs-attention-done': () => stuck('done', 'COMPENSATED'),
  'create-order.needs-attention-recovered': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'error' });
    const sagaId = await place();
    await comesTo(sagaId, 'release credit', 'NEEDS_ATTENTION');
    await clearFaults();
    return endsAs(sagaId, 'COMPENSATED');
  },
  'create-order.needs-attention-in-doubt-skipped': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'error' });
    const sagaId = await place();
    await resolve(sagaId, 'release credit', 'skip');
    return endsAs(sagaId, 'INCOMPLETE');
  },
  'create-order.needs-attention-refused-meanwhile': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'error' });
    const sagaId = await place();
    await comesTo(sagaId, 'release credit', 'NEEDS_ATTENTION');
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'refuse', times: 1 });
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, error }) => name === 'release credit' && error?.code === 'RELEASE_REFUSED'),
    );
    await clearFaults();
    await resolve(sagaId, 'release credit', 'retry');
    return endsAs(sagaId, 'COMPENSATED');
  },
  'create-order.pivot-away-recovered': () => pivotAway(clearFaults, 'COMPLETED'),
  'create-order.pivot-away-aborted': () => pivotAway(abort, 'COMPENSATED'),
  'create-order.seal-away-recovered': async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'delay', delayMs: 3_000 });
    await setFault({ participant: 'order', operation: 'seal', mode: 'error' });
    const sagaId = await place();
    await comesTo(sagaId, 'reserve credit', 'RUNNING');
    await abort(sagaId);
    await comesTo(sagaId, 'approve order', 'NEEDS_ATTENTION');
    await clearFaults();
    return endsAs(sagaId, 'COMPENSATED');
  },
  'create-order.settled-back': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'error' });
    const sagaId = await place();
    await comesTo(sagaId, 'reserve credit', 'DONE');
    await settleAfterTermination(sagaId);
    return endsAs(sagaId, 'COMPENSATED');
  },
  'create-order.settled-forward': async () => {
    // The effect is there and its answer is lost, so that the saga still runs when it is terminated.
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'drop-response', times: 1_000_000 });
    const { orderId, sagaId } = await placeOrder('CUST-ELENA', EUROS);
    await eventually(
      () => order(orderId),
      ({ state }) => state === 'APPROVED',
    );
    await settleAfterTermination(sagaId);
    return endsAs(sagaId, 'COMPLETED');
  },
};
