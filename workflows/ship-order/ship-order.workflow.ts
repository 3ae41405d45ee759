import { defineSaga } from '../saga/define-saga.js';
import type { ShipOrderOutcome, ShipOrderRequest } from './ship-order.contract.js';

/** Ships a paid order. There is nothing to compensate: it is shipped, or it is not. */
export const shipOrder = defineSaga<ShipOrderRequest, ShipOrderOutcome>((saga, { orderId, request }) => {
  const ship = saga.pivot('ship order', {
    do: (call, key) => call.shipOrder({ ...key, orderId, operationId: saga.id, ...(request && { request }) }),
  });

  return {
    process: async () => {
      await ship();
      return { state: 'SHIPPED', orderId };
    },
    rejected: ({ reason }) => ({ state: 'UNCHANGED', orderId, reason }),
  };
});
