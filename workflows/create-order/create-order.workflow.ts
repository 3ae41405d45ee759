import type { Money } from '../../contracts/values/money.js';
import { defineSaga } from '../saga/define-saga.js';
import type { CreateOrderOutcome, CreateOrderRequest } from './create-order.contract.js';

/** Creates an order against the customer's credit, or rejects the order and leaves the credit as it was. */
export const createOrder = defineSaga<CreateOrderRequest, CreateOrderOutcome>((saga, { orderId, customerId, lines, request }) => {
  const order = { customerId, lines, operationId: saga.id, ...(request && { request }) };

  // A lost saga that is settled for an unknown order has no lines. Then the tombstone holds only the id.
  const tombstone = lines.length > 0 && { order };

  const create = saga.compensable('create order', {
    do: (call, key) => call.createOrder({ ...key, orderId, ...order }),
    undo: ['reject order', (call, key, { reason }) => call.rejectOrder({ ...key, orderId, rejection: reason, ...tombstone })],
  });
  const reserve = saga.compensable('reserve credit', {
    do: (call, key, amount: Money) => call.reserveCredit({ ...key, customerId, orderId, amount }),
    undo: ['release credit', (call, key) => call.releaseCredit({ ...key, orderId })],
  });
  const approve = saga.pivot('approve order', { do: (call, key) => call.approveOrder({ ...key, orderId }) });

  return {
    process: async () => {
      const { total } = await create();
      await reserve(total);
      await approve();
      return { state: 'APPROVED', orderId, total };
    },
    rejected: ({ reason }) => ({ state: 'REJECTED', orderId, rejection: reason }),
  };
});
