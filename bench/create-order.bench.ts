// createOrder against its floor, the sample's way, the bare calls and itself through REST.
import type { Client } from '@temporalio/client';
import { uuidv7 } from 'uuidv7';
import { type CreateOrderRequest, createOrderIds, createOrderType } from '../workflows/create-order/create-order.contract.js';
import { benchCustomer } from './harness/bench-customers.js';
import { runBenchmark } from './harness/bench-system.js';
import { Comparison } from './harness/comparison.js';
import { printRatios } from './harness/print-ratios.js';
import { printWholeSystem } from './harness/print-whole-system.js';
import { benchPolicy, requireState, runAsSample, runFloor, runSaga } from './harness/start-ways.js';

await runBenchmark({ participants: ['order', 'customer'], untuned: true }, async (system) => {
  const { client, post } = system;

  const request = (): CreateOrderRequest => ({
    orderId: uuidv7(),
    customerId: benchCustomer(),
    lines: [{ sku: 'SKU-TOKEN', quantity: 1 }],
    policy: benchPolicy,
  });

  const asSample = (on: Client) => async () => {
    const { handle, result } = await runAsSample(on, 'createOrderAsSample', request());
    requireState('APPROVED', result);
    return handle;
  };

  const createOrder = async () => {
    const input = request();
    const { orderId: businessId, customerId } = input;
    const saga = { type: createOrderType, workflowId: createOrderIds.of(businessId), businessId, customerId, input };
    const { handle, result } = await runSaga(client, saga);
    requireState('APPROVED', result);
    return handle;
  };

  await printWholeSystem('createOrder', createOrder, system);
  await system.stopFollowers();
  const measured = await new Comparison(
    {
      createOrder,
      'floor (no-op steps)': () => runFloor(client, [1, 1, 1]),
      'as the sample writes it': asSample(client),
      '… on a server as it comes': asSample(system.untuned!),
      'no engine (three calls)': async () => {
        const { orderId, customerId, lines } = request();
        const sagaId = `bench:${orderId}`;
        const key = (step: string) => ({ 'idempotency-key': `${sagaId}/${step}` });
        const created = await post(
          'order',
          '/commands/createOrder',
          { orderId, customerId, lines, operationId: sagaId },
          key('create'),
        );
        const { total: amount } = created as { total?: unknown };
        await post('customer', '/commands/reserveCredit', { orderId, customerId, amount }, key('reserve'));
        requireState('APPROVED', await post('order', '/commands/approveOrder', { orderId }, key('approve')));
        return undefined;
      },
      'through REST (Prefer: wait)': async () => {
        const { customerId, lines } = request();
        requireState('APPROVED', await post('gateway', '/v1/orders', { customerId, lines }, { prefer: 'wait=30' }));
        return undefined;
      },
    },
    () => system.cpu(),
  ).run();

  measured.printTable();
  const roles = {
    ours: 'createOrder',
    floor: 'floor (no-op steps)',
    sample: 'as the sample writes it',
    untunedSample: '… on a server as it comes',
    bare: 'no engine (three calls)',
  } as const;
  printRatios(measured, roles, 10);
});
