import { afterEach, describe, expect, it } from 'vitest';
import { clearFaults, credit, ended, ledger, order, placeOrder, richestCustomer, setFault } from '../support/api.js';
import { killAndAwaitRestart } from '../support/processes.js';
import { system } from '../support/system.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';

afterEach(clearFaults);

describe('many orders at once', () => {
  it('approves exactly as many as the credit limit covers', async () => {
    const poor = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 10_000 });
    expect(await credit(poor)).toMatchObject({ limit: { amount: 10_000 }, reserved: { amount: 0 } });
    const placed = await Promise.all(Array.from({ length: 20 }, () => placeOrder(poor, 30)));
    await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
    const orders = await Promise.all(placed.map(({ orderId }) => order(orderId)));
    expect(orders.filter(({ state }) => state === 'APPROVED')).toHaveLength(3);
    const rejections = orders.flatMap(({ rejection }) => (rejection ? [rejection.code] : []));
    expect(rejections).toEqual(Array.from({ length: 17 }, () => 'INSUFFICIENT_CREDIT'));
    expect(await credit(poor)).toMatchObject({ reserved: { amount: 9_000 }, available: { amount: 1_000 } });
  });

  it('ends every order with consistent credit although the worker is killed and answers are lost', async () => {
    const customerId = await richestCustomer();
    const before = (await credit(customerId)).reserved.amount;
    for (const [participant, operation] of [
      ['order', 'createOrder'],
      ['customer', 'reserveCredit'],
      ['order', 'approveOrder'],
    ] as const) {
      await setFault({ participant, operation, mode: 'drop-response', probability: 0.1 });
    }
    const placed = await Promise.all(Array.from({ length: 50 }, (_, i) => placeOrder(customerId, 1 + (i % 3))));
    await killAndAwaitRestart('gateway', system().gatewayUrl);
    const sagas = await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
    expect(sagas.map(({ state }) => state)).toEqual(placed.map(() => 'COMPLETED'));
    const orders = await Promise.all(placed.map(({ orderId }) => order(orderId)));
    const approved = orders.filter(({ state }) => state === 'APPROVED');
    expect(approved).toHaveLength(50);
    const entries = await ledger(customerId);
    for (const { orderId, total } of approved) {
      expect(entries.filter((entry) => entry.orderId === orderId).map(({ kind, amount }) => [kind, amount.amount])).toEqual([
        ['RESERVED', total.amount],
      ]);
    }
    const ordered = approved.reduce((sum, { total }) => sum + total.amount, 0);
    expect((await credit(customerId)).reserved.amount).toBe(before + ordered);
  });
});
