import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { EventPage } from '../../contracts/event/event-feed.js';
import type { Hook } from '../../contracts/hooks/hook.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, ended, eventually, order, placeOrder } from '../support/api.js';
import { system } from '../support/system.js';
import { bookTrip, tripOf } from '../support/trips.js';

interface Tracked {
  items: { kind: 'shipment' | 'trip'; orderId?: string; tripId?: string; sequence: string; occurrenceId: string }[];
  counts: { kept: number; repeats: number };
}

/** The example, as marketing runs it: a process of its own that knows the gateway's address and nothing else. */
class Tracker {
  readonly url: string;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tracker-'));
  private process: ChildProcess | undefined;

  constructor(private readonly port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    this.process = spawn(process.execPath, ['examples/shipment-tracker/main.mjs'], {
      env: {
        ROUNDTRIP_URL: system().gatewayUrl,
        PORT: String(this.port),
        TRACKER_FILE: path.join(this.folder, 'shipments.json'),
        // Long: whatever a test sees was pushed, or polled at the start.
        CATCH_UP_EVERY_MS: '3600000',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    this.process.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(
      async () => said,
      (text) => text.includes('shipment tracker: ready'),
    );
  }

  async kill(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const exit = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await exit;
  }

  async tracked(): Promise<Tracked> {
    return (await (await fetch(`${this.url}/shipments`)).json()) as Tracked;
  }

  async timesOf(orderIds: readonly string[]): Promise<number[]> {
    const { items } = await this.tracked();
    return orderIds.map((orderId) => items.filter((item) => item.orderId === orderId).length);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let tracker: Tracker;
let customerId: string;
beforeAll(async () => {
  customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 100_00 });
  tracker = new Tracker(await freePort());
  await tracker.start();
});
afterAll(async () => {
  const hook = await ownHook();
  if (hook) await call('DELETE', `/v1/hooks/${hook.hookId}`);
  await tracker.remove();
});

async function ownHook(): Promise<Hook | undefined> {
  const { body } = await call<Page<Hook>>('GET', '/v1/hooks?limit=200');
  return body.items.find(({ url }) => url === `${tracker.url}/hook`);
}

async function shippedOrder(): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, 1);
  await ended(sagaId);
  for (const [command, body] of [
    ['pay', { paymentMethod: 'pm_ok' }],
    ['ship', undefined],
  ] as const) {
    const { status, body: accepted } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/${command}`, body);
    expect(status, JSON.stringify(accepted)).toBe(202);
    await ended(accepted.sagaId);
  }
  expect(await order(orderId)).toMatchObject({ state: 'SHIPPED' });
  return orderId;
}

describe("marketing's shipment tracker, beside a system that does not know of it", () => {
  it('has a shipped order once, also when the hook brings it again', async () => {
    const orderId = await shippedOrder();
    await eventually(
      () => tracker.timesOf([orderId]),
      ([times]) => times === 1,
    );
    expect(await (await fetch(tracker.url)).text()).toContain(orderId);

    const hook = await ownHook();
    const { body } = await call<Page<{ deliveryId: string; eventId: string }>>(
      'GET',
      `/v1/hooks/${hook!.hookId}/deliveries?limit=200`,
    );
    const { items, counts } = await tracker.tracked();
    const delivery = body.items.find(({ eventId }) => eventId === items.find((item) => item.orderId === orderId)?.occurrenceId);
    await call('POST', `/v1/hooks/${hook!.hookId}/deliveries/${delivery!.deliveryId}/redeliver`);
    const after = await eventually(
      () => tracker.tracked(),
      (now) => now.counts.repeats > counts.repeats,
    );
    expect(after.items).toEqual(items);
  });

  it('has booked trips, too', async () => {
    const { tripId, sagaId } = await bookTrip(tripOf({ customerId }));
    await ended(sagaId);
    const { items } = await eventually(
      () => tracker.tracked(),
      (now) => now.items.some((item) => item.tripId === tripId),
    );
    expect(items.filter((item) => item.tripId === tripId)).toMatchObject([{ kind: 'trip', total: { currency: 'EUR' } }]);
  });

  it('catches up by polling on what happened while it was away, without a repeat and with the same hook', async () => {
    const before = await tracker.tracked();
    const hook = await ownHook();
    await tracker.kill();
    const missed = [await shippedOrder(), await shippedOrder()];
    // It reads to the end of the log, so that is where they have to be.
    const since = before.items.at(-1)!.sequence;
    await eventually(
      async () => (await call<EventPage>('GET', `/v1/events?after=${since}&types=order.shipped&limit=200`)).body,
      ({ items }) => missed.every((orderId) => items.some(({ subject }) => subject === orderId)),
    );

    await tracker.start();
    expect(await tracker.timesOf(missed)).toEqual([1, 1]);
    const now = await tracker.tracked();
    expect(now.items.slice(0, before.items.length)).toEqual(before.items);
    expect((await ownHook())?.hookId).toBe(hook?.hookId);

    // Old deliveries come again and change nothing. New events are pushed.
    await call('POST', `/v1/hooks/${hook!.hookId}/recover`, { since: before.items[0]!.sequence, onlyMissing: false });
    await eventually(
      () => tracker.tracked(),
      ({ counts }) => counts.repeats >= now.counts.repeats + missed.length,
    );
    expect(await tracker.timesOf(missed)).toEqual([1, 1]);
    const next = await shippedOrder();
    await eventually(
      () => tracker.timesOf([next]),
      ([times]) => times === 1,
    );
  });

  it.each([
    ['is not signed', () => ({})],
    [
      'is signed with another secret',
      (body: string) => {
        const at = new Date();
        return {
          'webhook-id': 'forged',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook('whsec_Zm9yZ2VkZm9yZ2VkZm9yZ2VkZm9yZ2Vk').sign('forged', at, body),
        };
      },
    ],
  ])('refuses what %s', async (_name, headers: (body: string) => Record<string, string>) => {
    const before = await tracker.tracked();
    const body = JSON.stringify({
      type: 'com.roundtrip.order.shipped.v1',
      occurrenceid: 'forged',
      sequence: '99999999999999999999',
      data: { orderId: 'FORGED' },
    });
    const response = await fetch(`${tracker.url}/hook`, { method: 'POST', body, headers: headers(body) });
    expect(response.status).toBe(401);
    expect(await tracker.tracked()).toEqual(before);
  });
});
