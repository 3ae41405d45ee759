import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'node:net';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.js';
import { HooksHarness } from './hooks.harness.js';
import { ok, Receiver } from './receiver.harness.js';

const SLOW_LOOKUP_MS = 600;

let harness: HooksHarness;
let receiver: Receiver;
beforeAll(async () => {
  harness = await HooksHarness.open({
    resolveHost: async (host) => {
      if (host === 'slow.example') await delay(SLOW_LOOKUP_MS);
      return ['127.0.0.1'];
    },
  });
});
afterAll(async () => {
  await harness.close();
  expect(harness.errors).toEqual([]);
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const { hookId } of (await harness.endpoints.list({ limit: 200 })).items) await harness.endpoints.remove(hookId);
  await receiver.stop();
});

let trip = 0;
const booked = () => ({ type: 'trip.booked', aggregateId: `TRIP-${++trip}`, aggregateVersion: 1 });
const placed = (orderId: string) => ({ type: 'order.placed', aggregateId: orderId, aggregateVersion: 1 });

describe('a connection to a receiver', () => {
  it('is available to each hook of an origin, although requests of another hook wait there', async () => {
    const held: ServerResponse[] = [];
    receiver.answer = (response, { path }, message) => {
      if (path === '/hanging') held.push(response);
      else ok(response, { path } as never, message);
    };
    await harness.hook({ url: new URL('/hanging', receiver.url).href, types: ['trip.*'], maxInFlight: 100, timeoutMs: 30_000 });
    const other = await harness.hook({ url: receiver.url, timeoutMs: 1_000 });
    await harness.log(...Array.from({ length: 100 }, booked));
    await harness.follow();
    expect(await harness.worker.dispatch()).toBe(100);
    await eventually(
      async () => held.length,
      (n) => n === 100,
    );
    await harness.log(placed('BESIDE'));
    await harness.follow();
    expect(await harness.worker.dispatch()).toBe(1);
    const [delivery] = await eventually(
      () => harness.deliveriesOf(other.hookId),
      ([it]) => it?.state !== 'sending',
    );
    expect(delivery).toMatchObject({ state: 'succeeded', attempts: [{ error: null, status: 204 }] });
    for (const response of held) response.writeHead(204).end();
    await harness.worker.idle();
  });

  it('takes none of the time that the receiver has', async () => {
    const url = `http://slow.example:${receiver.port}/`;
    const { hookId } = await harness.hook({ url, timeoutMs: SLOW_LOOKUP_MS / 2 });
    await harness.log(placed('SLOW'));
    await harness.run();
    expect(await harness.deliveriesOf(hookId)).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
    receiver.answer = () => {};
    await harness.log(placed('SLOWER'));
    await harness.run();
    const [, late] = await harness.deliveriesOf(hookId);
    expect(late, 'its time is bounded all the same').toMatchObject({ state: 'retrying', lastError: 'timeout' });
  });

  it('that was kept and that the receiver has closed is replaced within the attempt', async () => {
    const used = new WeakSet<Socket>();
    receiver.answer = (response, _request, { socket }) => {
      if (used.has(socket)) return void socket.destroy();
      used.add(socket);
      response.writeHead(204).end();
    };
    const { hookId } = await harness.hook({ url: receiver.url });
    for (const orderId of ['KEPT-1', 'KEPT-2']) {
      await harness.log(placed(orderId));
      await harness.run();
    }
    expect(receiver.connections, 'the second was sent on the first connection, and then on another').toBe(2);
    expect(receiver.received).toHaveLength(3);
    expect(await harness.deliveriesOf(hookId)).toMatchObject([
      { state: 'succeeded', attemptCount: 1 },
      { state: 'succeeded', attemptCount: 1, attempts: [{ number: 1, error: null, status: 204 }] },
    ]);
  });

  it('that breaks on its first request costs the attempt, and nothing is sent twice in it', async () => {
    receiver.answer = (_response, _request, { socket }) => socket.destroy();
    const { hookId } = await harness.hook({ url: receiver.url });
    await harness.log(placed('CUT'));
    await harness.run();
    expect(receiver.received).toHaveLength(1);
    expect(await harness.deliveriesOf(hookId)).toMatchObject([{ state: 'retrying', lastError: 'reset', attemptCount: 1 }]);
  });
});
