import type { Money } from '../../contracts/values/money.js';
import { defineSaga } from '../saga/define-saga.js';
import type { PayOrderOutcome, PayOrderRequest } from './pay-order.contract.js';

/** Charges for an approved order and releases its reserved credit, or charges nothing and leaves the order as it was. */
export const payOrder = defineSaga<PayOrderRequest, PayOrderOutcome>((saga, { orderId, paymentMethod, request }) => {
  const operation = { orderId, operationId: saga.id };
  const memory = request && { request };
  // Each saga has its own payment: after a declined card the next saga pays the order with another payment.
  const paymentId = saga.id.replaceAll(':', '-');

  const begin = saga.lock('begin order payment', {
    do: (call, key) => call.beginOrderPayment({ ...key, ...operation, ...memory }),
    undo: [
      'withdraw order payment',
      (call, key, { reason }) => call.withdrawOrderPayment({ ...key, ...operation, reason, ...memory }),
    ],
  });
  const authorize = saga.compensable('authorize payment', {
    do: (call, key, charge: { customerId: string; amount: Money }) =>
      call.authorize({ ...key, paymentId, orderId, paymentMethod, ...charge }),
    undo: ['void payment', (call, key) => call.void({ ...key, paymentId })],
  });
  const capture = saga.pivot('capture payment', { do: (call, key) => call.capture({ ...key, paymentId }) });
  const release = saga.retriable('release credit', { do: (call, key) => call.releaseCredit({ ...key, orderId }) });
  const confirm = saga.retriable('confirm order payment', {
    do: (call, key) => call.confirmOrderPayment({ ...key, ...operation }),
  });

  return {
    process: async () => {
      const { customerId, total } = await begin();
      await authorize({ customerId, amount: total });
      await capture();
      await release();
      await confirm();
      return { state: 'PAID', orderId };
    },
    rejected: ({ reason }) => ({ state: 'UNCHANGED', orderId, reason }),
  };
});
