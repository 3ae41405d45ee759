import { defineSaga } from '../saga/define-saga.js';
import type { ShipOrderOutcome, ShipOrderRequest } from './ship-order.contract.js';

/** Ships a paid order. Its only step is the pivot, so there is nothing to compensate. */
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
