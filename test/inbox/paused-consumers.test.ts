import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../libs/messaging/channel/channel-options.js';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { ConsumerProcess, consumingProcesses } from './consumer-process.harness.js';

const ORDERS = 60;

let testLog: LogHarness;
beforeAll(async () => {
  testLog = await LogHarness.create();
});
afterAll(() => testLog.drop());

describe.each(consumingProcesses)('the process of $name', (consuming) => {
  let consumer: ConsumerProcess | undefined;
  afterEach(() => consumer?.kill());

  it('handles every event although it is paused in the middle for longer than its lease', { timeout: 180_000 }, async () => {
    consumer = await ConsumerProcess.start(testLog, consuming);
    const held = await consumer.holdUp(ORDERS);
    try {
      consumer.signal('SIGSTOP');
      await held.letGo();
      await delay(LEASE_MS + 2_000);
    } finally {
      consumer.signal('SIGCONT');
    }
    await eventually(
      () => consumer!.handled(),
      (handled) => handled === ORDERS,
    );
    await consumer.ready();
    expect(await consumer.handled()).toBe(ORDERS);
  });
});
