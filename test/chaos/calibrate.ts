import { randomUUID } from 'node:crypto';
import type { ChaosSystem } from './chaos-system.js';
import { RICH_CUSTOMER } from './customers.js';

const WARM_MS = 1_500;
const MEASURED_MS = 5_000;
const CLIENTS = 8;

/** How many sagas a second this machine ends now while clients keep it busy. The orders that are placed for it count in the run. */
export async function sustainedRate({ embedded }: ChaosSystem, log: (line: string) => void): Promise<number> {
  const startedAt = performance.now();
  let ended = 0;
  const passed = () => performance.now() - startedAt;
  const one = async () => {
    while (passed() < WARM_MS + MEASURED_MS) {
      const answer = await fetch(`${embedded.addresses.gateway}/v1/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `calibrate-${randomUUID()}`, prefer: 'wait=10' },
        body: JSON.stringify({ customerId: RICH_CUSTOMER, lines: [{ sku: 'SKU-TOKEN', quantity: 1 }] }),
      });
      await answer.arrayBuffer();
      if (answer.status === 201 && passed() > WARM_MS && passed() <= WARM_MS + MEASURED_MS) ended += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  const rate = ended / (MEASURED_MS / 1_000);
  log(`this machine sustains ${rate.toFixed(1)} sagas/s now`);
  return Math.max(rate, 0.5);
}
