import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { ended, eventually, placeOrder, richestCustomer } from '../support/api.js';
import { killAndAwaitRestart } from '../support/processes.js';
import { whileNothingIsRelayed } from '../support/relay.js';
import { system } from '../support/system.js';

const database = new pg.Pool({ connectionString: system().databaseAdminUrl, max: 2 });
database.on('error', () => {});
const log = new EventLog(database);
let customerId: string;
beforeAll(async () => {
  customerId = await richestCustomer();
});
afterAll(() => database.end());

const typesOf = async (orderId: string) =>
  (await log.read({ after: 0, scan: 1_000_000, subject: orderId })).events.map(
    ({ type, aggregateVersion }) => `${aggregateVersion} ${type}`,
  );

it('sagas continue while no relay runs, and afterwards every event arrives', async () => {
  const orders = await whileNothingIsRelayed(async () => {
    await killAndAwaitRestart('relay', system().relayUrl);
    const placed = await Promise.all(Array.from({ length: 3 }, () => placeOrder(customerId, 1)));
    for (const { sagaId } of placed) expect((await ended(sagaId)).state).toBe('COMPLETED');
    for (const { orderId } of placed) expect(await typesOf(orderId)).toEqual([]);
    return placed;
  });
  for (const { orderId } of orders) {
    await eventually(
      () => typesOf(orderId),
      (types) => types.length === 2,
    );
    expect(await typesOf(orderId)).toEqual(['1 order.placed', '2 order.approved']);
  }
});

it('events are relayed again after PostgreSQL was killed', async () => {
  const before = await placeOrder(customerId, 1);
  await ended(before.sagaId);
  await killAndAwaitRestart('postgres', system().relayUrl);
  const { orderId, sagaId } = await eventually(
    () => placeOrder(customerId, 1),
    () => true,
  );
  await ended(sagaId);
  for (const id of [before.orderId, orderId]) {
    await eventually(
      () => typesOf(id),
      (types) => types.length === 2,
    );
  }
  expect((await fetch(`${system().relayUrl}/readyz`)).status).toBe(200);
});
