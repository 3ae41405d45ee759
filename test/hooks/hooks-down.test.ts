import { afterEach, describe, expect, it } from 'vitest';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import { call, ended, eventually, placeOrder, richestCustomer } from '../support/api.js';
import { killAndAwaitRestart, pidOf } from '../support/processes.js';
import { system } from '../support/system.js';
import { Receiver } from './receiver.harness.js';

describe('while the process that delivers webhooks is away', () => {
  let receiver: Receiver;
  let hookId: string;
  afterEach(async () => {
    process.kill(pidOf('hooks'), 'SIGCONT');
    await call('DELETE', `/v1/hooks/${hookId}`);
    await receiver.stop();
  });

  it('sagas continue, and everything is delivered when it is back', async () => {
    receiver = await Receiver.start((response) => void response.writeHead(204).end());
    const { status, body } = await call<HookCreated>('POST', '/v1/hooks', { url: receiver.url, types: ['order.*'] });
    expect(status, JSON.stringify(body)).toBe(201);
    ({ hookId } = body);

    process.kill(pidOf('hooks'), 'SIGSTOP');
    const customerId = await richestCustomer();
    const placed = await Promise.all(Array.from({ length: 5 }, () => placeOrder(customerId, 1)));
    for (const { sagaId } of placed) expect((await ended(sagaId)).state).toBe('COMPLETED');
    const about = (orderId: string) => receiver.received.filter(({ event }) => event.subject === orderId);
    for (const { orderId } of placed) expect(about(orderId)).toEqual([]);
    // Not only asleep: whatever it knew is gone, too.
    await killAndAwaitRestart('hooks', system().hooksUrl);

    for (const { orderId } of placed) {
      await eventually(
        async () => about(orderId),
        (deliveries) => deliveries.length >= 2,
      );
      expect(about(orderId).map(({ event }) => [event.type, event.aggregateversion])).toEqual([
        ['com.roundtrip.order.placed.v1', 1],
        ['com.roundtrip.order.approved.v2', 2],
      ]);
    }
  });
});
