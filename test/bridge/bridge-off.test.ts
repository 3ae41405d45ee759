import { afterAll, beforeAll, expect, it } from 'vitest';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { BridgeHarness } from './bridge.harness.js';

let testLog: LogHarness;
beforeAll(async () => {
  testLog = await LogHarness.create();
});
afterAll(() => testLog.drop());

const holdsLog = async () =>
  (await testLog.admin.query<{ holds: boolean }>(`select holds_log as holds from saga.inbox_mark where consumer = 'bridge'`))
    .rows[0]?.holds;

it('keeps the log for the bridge while it is on, and not once it has been switched off', async () => {
  const settings = { DATABASE_URL: testLog.urlOf('saga') };
  const on = await BridgeHarness.start(60_000, settings);
  await on.stop();
  expect(await holdsLog()).toBe(true);
  const off = await BridgeHarness.start(undefined, settings);
  await off.stop();
  expect(await holdsLog()).toBe(false);
  const onAgain = await BridgeHarness.start(60_000, settings);
  await eventually(holdsLog, (holds) => holds === true);
  await onAgain.stop();
});
