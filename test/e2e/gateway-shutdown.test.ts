import { afterEach, describe, expect, it } from 'vitest';
import type { OrderAccepted } from '../../contracts/order/order.resource.js';
import { clearFaults, ended, eventually, richestCustomer, saga, setFault, tokens } from '../support/api.js';
import { startTestGateway } from '../support/gateway.harness.js';

afterEach(() => clearFaults());

describe('a shutdown', () => {
  it('answers who prefers to wait with the 202, and does not wait itself', async () => {
    const gateway = await startTestGateway({ SAGA_STEP_DEADLINE_MS: 60_000 });
    const customerId = await richestCustomer();
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const answered = fetch(`${gateway.url}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify({ customerId, lines: tokens(1) }),
    });
    const { sagaId } = await eventually(
      async () => {
        const items = await fetch(`${gateway.url}/v1/sagas?customerId=${customerId}&state=RUNNING&type=createOrder`);
        return ((await items.json()) as { items: { sagaId: string }[] }).items[0]!;
      },
      (found) => found !== undefined,
    );
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name }) => name === 'reserve credit'),
    );

    const startedAt = performance.now();
    await gateway.close();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const response = await answered;
    expect(response.status).toBe(202);
    expect((await response.json()) as OrderAccepted).toMatchObject({ state: 'PENDING', sagaId });

    await clearFaults();
    expect((await ended(sagaId)).state).toBe('COMPLETED');
  });
});
