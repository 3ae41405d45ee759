import { afterAll, beforeAll, expect, it } from 'vitest';
import { OwnLog } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { OwnBridge } from './bridge.harness.js';

let own: OwnLog;
beforeAll(async () => {
  own = await OwnLog.create();
});
afterAll(() => own.drop());

const holdsLog = async () =>
  (await own.admin.query<{ holds: boolean }>(`select holds_log as holds from saga.inbox_mark where consumer = 'bridge'`)).rows[0]
    ?.holds;

it('keeps the log for the bridge while it is on, and not once it has been switched off', async () => {
  const settings = { DATABASE_URL: own.urlOf('saga') };
  const on = await OwnBridge.start(60_000, settings);
  await on.stop();
  expect(await holdsLog()).toBe(true);
  const off = await OwnBridge.start(undefined, settings);
  await off.stop();
  expect(await holdsLog()).toBe(false);
  const onAgain = await OwnBridge.start(60_000, settings);
  await eventually(holdsLog, (holds) => holds === true);
  await onAgain.stop();
});
