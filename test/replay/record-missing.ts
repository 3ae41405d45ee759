import { Client, Connection } from '@temporalio/client';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { saveHistory } from '../../scripts/history/save-history.js';
import { clearFaults, ended } from '../support/api.js';
import { system } from '../support/system.js';
import { bookTrip } from '../support/trips.js';
import { bookTripScenarios } from './scenarios/book-trip.scenarios.js';
import { cancelTripScenarios } from './scenarios/cancel-trip.scenarios.js';
import { createOrderScenarios } from './scenarios/create-order.scenarios.js';
import { expireUnpaidOrderScenarios } from './scenarios/expire-unpaid-order.scenarios.js';
import { orderCommandScenarios } from './scenarios/order-command.scenarios.js';

const recorded = readdirSync(path.join(import.meta.dirname, 'histories'));
const scenarios = Object.entries({
  ...bookTripScenarios,
  ...cancelTripScenarios,
  ...createOrderScenarios,
  ...orderCommandScenarios,
  ...expireUnpaidOrderScenarios,
});

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  // On a fresh system the first attempts of the first saga may take too long, so its history would not show the plain way.
  await ended((await bookTrip()).sagaId);
});
afterAll(() => connection.close());
afterEach(clearFaults);

/** Drives every scenario that has no history yet, in any release, and records it. Those that have one are left alone. */
describe('recording', () => {
  it.for(scenarios)('%s', async ([name, drive], { skip }) => {
    skip(
      recorded.some((file) => file.startsWith(`${name}.`)),
      'is recorded',
    );
    const [workflow, scenario] = name.split('.') as [string, string];
    const driven = await drive();
    const elsewhere = typeof driven === 'string' ? undefined : driven;
    const sagaId = elsewhere?.workflowId ?? (driven as string);
    try {
      expect(sagaId.split(':')[0]).toBe(workflow);
      await saveHistory(elsewhere?.client ?? new Client({ connection }), sagaId, scenario, elsewhere?.runId);
    } finally {
      await elsewhere?.stop();
    }
  });
});
