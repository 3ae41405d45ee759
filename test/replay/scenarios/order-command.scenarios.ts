import { expect } from 'vitest';
import type { SagaState } from '../../../contracts/saga-state.js';
import { call, ended, order, placeOrder, setFault, tokens } from '../../support/api.js';
import { abort, comesTo, endsAs, type Scenarios } from './scenario.js';

const EUROS = 5;

/** An order in the state in which the command may be asked for. */
async function placed(): Promise<string> {
  const { orderId, sagaId } = await placeOrder('CUST-ELENA', EUROS);
  expect((await ended(sagaId)).state).toBe('COMPLETED');
  return orderId;
}

/** Asks for a command on an order. @returns the id of its saga. */
async function ask(orderId: string, command: string, body?: object): Promise<string> {
  const { status, body: accepted } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/${command}`, body);
  expect(status, JSON.stringify(accepted)).toBe(202);
  return accepted.sagaId;
}

const revise = async (euros: number) => ask(await placed(), 'revise', { lines: tokens(euros) });
const pay = async (paymentMethod: string) => ask(await placed(), 'pay', { paymentMethod });
const cancel = async () => ask(await placed(), 'cancel');
async function ship(): Promise<string> {
  const orderId = await placed();
  await endsAs(await ask(orderId, 'pay', { paymentMethod: 'pm_ok' }), 'COMPLETED');
  expect((await order(orderId)).state).toBe('PAID');
  return ask(orderId, 'ship');
}

const ending = async (sagaId: Promise<string>, state: SagaState) => endsAs(await sagaId, state);
const refuse = (participant: string, operation: string) => setFault({ participant, operation, mode: 'refuse', times: 1 });

export const orderCommandScenarios: Scenarios = {
  'revise-order.revised-up': () => ending(revise(EUROS + 3), 'COMPLETED'),
  'revise-order.revised-down': () => ending(revise(EUROS - 3), 'COMPLETED'),
  'revise-order.refused-insufficient-credit': () => ending(revise(900_000), 'COMPENSATED'),
  'revise-order.refused-at-the-pivot': async () => {
    await refuse('order', 'confirmOrderRevision');
    return ending(revise(EUROS + 3), 'COMPENSATED');
  },
  'revise-order.aborted': async () => {
    await setFault({ participant: 'customer', operation: 'changeReservation', mode: 'delay', delayMs: 3_000 });
    const sagaId = await revise(EUROS + 3);
    await comesTo(sagaId, 'change reservation', 'RUNNING');
    await abort(sagaId);
    return endsAs(sagaId, 'COMPENSATED');
  },
  'cancel-order.cancelled': () => ending(cancel(), 'COMPLETED'),
  'cancel-order.refused': async () => {
    await refuse('order', 'beginOrderCancellation');
    return ending(cancel(), 'COMPENSATED');
  },
  'cancel-order.refused-at-the-pivot': async () => {
    await refuse('customer', 'releaseCredit');
    return ending(cancel(), 'COMPENSATED');
  },
  'pay-order.paid': () => ending(pay('pm_ok'), 'COMPLETED'),
  'pay-order.refused-card-declined': () => ending(pay('pm_declined'), 'COMPENSATED'),
  'pay-order.refused-at-the-pivot': () => ending(pay('pm_capture_fails'), 'COMPENSATED'),
  'ship-order.shipped': () => ending(ship(), 'COMPLETED'),
  'ship-order.refused': async () => {
    await refuse('order', 'shipOrder');
    return ending(ship(), 'COMPENSATED');
  },
};
