import { expect } from 'vitest';
import { clearFaults, eventually, order, placeOrder, saga, setFault } from '../../support/api.js';
import { cancelInTemporal, comesTo, endsAs, resolve, type Scenarios } from './scenario.js';

/** What is there besides was recorded by hand, before there were scenarios. */
export const createOrderScenarios: Scenarios = {
  'create-order.platform-cancelled': async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'delay', delayMs: 3_000 });
    const { orderId, sagaId } = await placeOrder('CUST-ELENA', 5);
    await comesTo(sagaId, 'reserve credit', 'RUNNING');
    await cancelInTemporal(sagaId);
    await endsAs(sagaId, 'COMPENSATED');
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code: 'CANCELLED' } });
    return sagaId;
  },
  'create-order.needs-attention-refused-meanwhile': async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'error' });
    const { sagaId } = await placeOrder('CUST-ELENA', 5);
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
};
