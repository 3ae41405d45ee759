import type { Money } from '../../contracts/values/money.js';
import { defineSaga } from '../saga/define-saga.js';
import type { ReviseOrderOutcome, ReviseOrderRequest } from './revise-order.contract.js';

/** Replaces the lines of an approved order and adjusts its reserved credit, or leaves order and credit as they were. */
export const reviseOrder = defineSaga<ReviseOrderRequest, ReviseOrderOutcome>((saga, { orderId, lines, request }) => {
  const operation = { orderId, operationId: saga.id };
  const memory = request && { request };
  const change = { orderId, changeId: saga.id };

  const begin = saga.lock('begin order revision', {
    do: (call, key) => call.beginOrderRevision({ ...key, ...operation, lines, ...memory }),
    undo: [
      'discard order revision',
      (call, key, { reason }) => call.discardOrderRevision({ ...key, ...operation, reason, ...memory }),
    ],
  });
  const raise = saga.compensable('raise reservation', {
    do: (call, key, amount: Money) => call.changeReservation({ ...key, ...change, amount }),
    undo: ['restore reservation', (call, key) => call.restoreReservation({ ...key, ...change })],
  });
  // Released credit cannot be restored reliably, so lowering the reservation is the pivot. The order is unlocked afterwards: a late
  // "lower" must not overwrite the amount of another saga.
  const lower = saga.pivot('lower reservation', {
    do: (call, key, amount: Money) => call.changeReservation({ ...key, ...change, amount }),
  });
  const confirm = saga.pivot('confirm order revision', {
    do: (call, key) => call.confirmOrderRevision({ ...key, ...operation }),
  });

  return {
    process: async () => {
      const { oldTotal, newTotal } = await begin();
      if (newTotal.amount > oldTotal.amount) await raise(newTotal);
      if (newTotal.amount < oldTotal.amount) await lower(newTotal);
      await confirm();
      return { state: 'REVISED', orderId, total: newTotal };
    },
    rejected: ({ reason }) => ({ state: 'UNCHANGED', orderId, reason }),
  };
});
