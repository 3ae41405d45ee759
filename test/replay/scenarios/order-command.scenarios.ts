import { expect } from 'vitest';
import type { ResolveAction, SagaState } from '../../../contracts/saga/saga-state.js';
import { call, ended, order, placeOrder, setFault, tokens } from '../../support/api.js';
import { abort, cancelInTemporal, comesTo, endsAs, resolve, type Scenarios } from './scenario.js';

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
const fail = (participant: string, operation: string) => setFault({ participant, operation, mode: 'error' });
const slow = (participant: string, operation: string) => setFault({ participant, operation, mode: 'delay', delayMs: 3_000 });

/** Has the saga stopped while it is at the step, before its pivot. */
async function stopped(asked: Promise<string>, step: string, stop: (sagaId: string) => Promise<void>): Promise<string> {
  const sagaId = await asked;
  await comesTo(sagaId, step, 'RUNNING');
  await stop(sagaId);
  return endsAs(sagaId, 'COMPENSATED');
}

/** Has an operator decide about the step that needs attention. */
async function decided(asked: Promise<string>, step: string, action: ResolveAction, state: SagaState): Promise<string> {
  const sagaId = await asked;
  await resolve(sagaId, step, action);
  return endsAs(sagaId, state);
}

async function revisionThatStaysRaised(): Promise<string> {
  await refuse('order', 'confirmOrderRevision');
  await refuse('customer', 'restoreReservation');
  return revise(EUROS + 3);
}

async function revisionThatStaysLocked(): Promise<string> {
  await refuse('order', 'confirmOrderRevision');
  return revise(EUROS - 3);
}

async function cancellationThatStaysBegun(): Promise<string> {
  await refuse('customer', 'releaseCredit');
  await refuse('order', 'withdrawOrderCancellation');
  return cancel();
}

async function cancellationThatStaysLocked(): Promise<string> {
  await refuse('order', 'confirmOrderCancellation');
  return cancel();
}

async function paymentThatStaysAuthorized(): Promise<string> {
  await refuse('payment', 'void');
  return pay('pm_capture_fails');
}

/** A shipment whose only step, the pivot, cannot be reached, until an abort has its key sealed. */
async function shipmentAway(stop: (sagaId: string) => Promise<void>): Promise<string> {
  await fail('order', 'shipOrder');
  const sagaId = await ship();
  await comesTo(sagaId, 'ship order', 'RUNNING');
  await stop(sagaId);
  return endsAs(sagaId, 'COMPENSATED');
}

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
    await comesTo(sagaId, 'raise reservation', 'RUNNING');
    await abort(sagaId);
    return endsAs(sagaId, 'COMPENSATED');
  },
  'revise-order.refused-at-the-pivot-down': async () => {
    await refuse('customer', 'changeReservation');
    return ending(revise(EUROS - 3), 'COMPENSATED');
  },
  'revise-order.participant-unavailable': async () => {
    await fail('customer', 'changeReservation');
    return ending(revise(EUROS + 3), 'COMPENSATED');
  },
  'revise-order.platform-cancelled': async () => {
    await slow('customer', 'changeReservation');
    return stopped(revise(EUROS + 3), 'raise reservation', cancelInTemporal);
  },
  'revise-order.needs-attention-retried': () => decided(revisionThatStaysRaised(), 'restore reservation', 'retry', 'COMPENSATED'),
  'revise-order.needs-attention-skipped': () => decided(revisionThatStaysRaised(), 'restore reservation', 'skip', 'INCOMPLETE'),
  'revise-order.confirm-needs-attention-retried': () =>
    decided(revisionThatStaysLocked(), 'confirm order revision', 'retry', 'COMPLETED'),
  'revise-order.confirm-needs-attention-skipped': () =>
    decided(revisionThatStaysLocked(), 'confirm order revision', 'skip', 'INCOMPLETE'),
  'cancel-order.cancelled': () => ending(cancel(), 'COMPLETED'),
  'cancel-order.refused': async () => {
    await refuse('order', 'beginOrderCancellation');
    return ending(cancel(), 'COMPENSATED');
  },
  'cancel-order.refused-at-the-pivot': async () => {
    await refuse('customer', 'releaseCredit');
    return ending(cancel(), 'COMPENSATED');
  },
  'cancel-order.participant-unavailable': async () => {
    await fail('order', 'beginOrderCancellation');
    return ending(cancel(), 'COMPENSATED');
  },
  'cancel-order.aborted': async () => {
    const orderId = await placed();
    await slow('order', 'beginOrderCancellation');
    return stopped(ask(orderId, 'cancel'), 'begin order cancellation', abort);
  },
  'cancel-order.platform-cancelled': async () => {
    const orderId = await placed();
    await slow('order', 'beginOrderCancellation');
    return stopped(ask(orderId, 'cancel'), 'begin order cancellation', cancelInTemporal);
  },
  'cancel-order.needs-attention-retried': () =>
    decided(cancellationThatStaysBegun(), 'withdraw order cancellation', 'retry', 'COMPENSATED'),
  'cancel-order.needs-attention-skipped': () =>
    decided(cancellationThatStaysBegun(), 'withdraw order cancellation', 'skip', 'INCOMPLETE'),
  'cancel-order.confirm-needs-attention-retried': () =>
    decided(cancellationThatStaysLocked(), 'confirm order cancellation', 'retry', 'COMPLETED'),
  'cancel-order.confirm-needs-attention-skipped': () =>
    decided(cancellationThatStaysLocked(), 'confirm order cancellation', 'skip', 'INCOMPLETE'),
  'pay-order.paid': () => ending(pay('pm_ok'), 'COMPLETED'),
  'pay-order.refused-card-declined': () => ending(pay('pm_declined'), 'COMPENSATED'),
  'pay-order.refused-at-the-pivot': () => ending(pay('pm_capture_fails'), 'COMPENSATED'),
  'pay-order.participant-unavailable': async () => {
    await fail('payment', 'authorize');
    return ending(pay('pm_ok'), 'COMPENSATED');
  },
  'pay-order.aborted': async () => {
    await slow('payment', 'authorize');
    return stopped(pay('pm_ok'), 'authorize payment', abort);
  },
  'pay-order.platform-cancelled': async () => {
    await slow('payment', 'authorize');
    return stopped(pay('pm_ok'), 'authorize payment', cancelInTemporal);
  },
  'pay-order.needs-attention-retried': () => decided(paymentThatStaysAuthorized(), 'void payment', 'retry', 'COMPENSATED'),
  'pay-order.needs-attention-skipped': () => decided(paymentThatStaysAuthorized(), 'void payment', 'skip', 'INCOMPLETE'),
  'pay-order.release-needs-attention-retried': async () => {
    await refuse('customer', 'releaseCredit');
    return decided(pay('pm_ok'), 'release credit', 'retry', 'COMPLETED');
  },
  'pay-order.confirm-needs-attention-skipped': async () => {
    await refuse('order', 'confirmOrderPayment');
    return decided(pay('pm_ok'), 'confirm order payment', 'skip', 'INCOMPLETE');
  },
  'ship-order.shipped': () => ending(ship(), 'COMPLETED'),
  'ship-order.aborted': async () => shipmentAway(abort),
  'ship-order.refused': async () => {
    await refuse('order', 'shipOrder');
    return ending(ship(), 'COMPENSATED');
  },
};
