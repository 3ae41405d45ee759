import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LEASE_MS } from '../../libs/messaging/channel/channel-options.js';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { startTestPostgres, type PostgresHarness } from '../support/postgres.harness.js';
import { ConsumerProcess, consumingProcesses } from './consumer-process.harness.js';

const ORDERS = 60;
const LATER = 5;
/** Longer than a lease, and longer than a query may take. */
const OUTAGE_MS = LEASE_MS + 5_000;

let postgres: PostgresHarness;
let testLog: LogHarness;
let consumers: ConsumerProcess[] = [];
beforeAll(async () => {
  postgres = await startTestPostgres();
  testLog = await LogHarness.create({ serverUrl: postgres.adminUrl });
  consumers = await Promise.all(consumingProcesses.map((consuming) => ConsumerProcess.start(testLog, consuming)));
});
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.kill()));
  await testLog.drop();
  await postgres.stop();
});

it('notification, bridge and projection handle every event after the database stopped, without a restart', async () => {
  const held = [];
  for (const consumer of consumers) held.push(await consumer.holdUp(ORDERS));
  await postgres.takeDown();
  for (const one of held) await one.letGo();
  await delay(OUTAGE_MS);
  await postgres.bringUp();
  for (const consumer of consumers) await consumer.append(LATER);
  const handled = () => Promise.all(consumers.map((consumer) => consumer.handled()));
  const all = consumers.map(() => ORDERS + LATER);
  await eventually(handled, (counts) => counts.every((count, i) => count >= all[i]!));
  for (const consumer of consumers) await consumer.ready();
  expect(consumers.map(({ isRunning }) => isRunning)).toEqual([true, true, true]);
  expect(await handled()).toEqual(all);
});
