import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import { participantNames } from '../../contracts/participant/participants.js';
import type { Page } from '../../contracts/values/page.js';
import type { EmbeddedSystem } from '../../libs/embedded/embedded-system.js';
import { eventually, tokens } from '../support/api.js';
import { plentifulTrip } from '../support/trips.js';

const DEEP_PAGES = 4;

/** Lists, each with its filters. */
const lists = [
  '/v1/orders',
  '/v1/orders?state=CANCELLED',
  '/v1/orders?state=APPROVED',
  '/v1/orders?customerId=GROWTH-7',
  '/v1/orders?customerId=GROWTH-7&state=APPROVED',
  '/v1/trips',
  '/v1/trips?state=FAILED',
  '/v1/trips?customerId=GROWTH-7',
  '/v1/payments',
  '/v1/payments?orderId=growth-7',
  '/v1/reservations',
  '/v1/reservations?state=EXPIRED',
  '/v1/reservations?state=CONFIRMED',
  '/v1/reservations?tripId=growth-7',
  '/v1/customers',
  '/v1/customers/GROWTH-7/orders',
  '/v1/customers/GROWTH-7/credit/entries',
  '/v1/sagas',
  '/v1/sagas?state=COMPLETED',
  '/v1/sagas?type=createOrder',
  '/v1/sagas?customerId=GROWTH-7',
  '/v1/sagas?businessId=growth-7',
  '/v1/leaks',
  '/v1/dead-letters',
  '/v1/dead-letters?state=skipped',
  '/v1/dead-events',
  '/v1/dead-letters?state=dead',
  '/v1/dead-letters?consumer=saga-list.1',
  '/v1/dead-events?state=skipped',
  '/v1/dead-events?state=dead',
  '/v1/hooks',
];

const resources = [
  '/v1/orders/growth-7',
  '/v1/trips/growth-7',
  '/v1/customers/GROWTH-7',
  '/v1/customers/GROWTH-7/credit',
  '/v1/sagas/create-order:growth-7',
  '/v1/sagas/create-order:growth-7/history',
  '/v1/saga-types',
  '/v1/event-types',
  '/v1/event-types/order.approved',
  '/v1/event-types/order.approved/1',
  '/v1/products',
  '/v1/hotels',
  '/v1/flights',
  '/v1/cars',
  '/v1/trains',
  '/v1/projections',
  '/v1/faults',
  '/v1/events?limit=100',
  '/v1/events?after=beginning&limit=100&types=order.approved',
  '/v1/events?after=2000-01-01T00:00:00Z',
  `/v1/events?after=${new Date(Date.now() - 60_000).toISOString()}`,
  '/v1/events?subject=growth-7&after=beginning',
  '/v1/events.atom',
  '/v1/events/archive/3',
];

const mailRoutes = [
  '/mails',
  '/mails?state=sent',
  '/mails?state=dead',
  '/mailbox/messages',
  '/mailbox/messages?to=b@example.com',
];

const measured = [...participantNames, 'gateway', 'hooks', 'relay', 'notification', 'saga', 'projection'] as const;

interface Answer {
  status: number;
  body: Record<string, string>;
}

/** A client of the whole public API. */
export class EveryRoute {
  private readonly called = new Set<string>();

  private readonly gateway: string;

  constructor(
    private readonly addresses: EmbeddedSystem['addresses'],
    /** Where a hook may send to. */
    private readonly receiver: string,
  ) {
    this.gateway = addresses.gateway;
  }

  /** Calls every route, lists with each of their filters and some pages deep, and has sagas of every kind run. */
  async callAll(): Promise<void> {
    for (const path of lists) await this.crawl(path);
    for (const path of resources) await this.call('GET', path);
    await this.follow();
    await this.subscribe();
    await Promise.all([this.order(), this.trips(), this.decide()]);
    await this.call('POST', '/v1/projections/customer-orders/rebuild');
    await this.inside();
  }

  /** The operations of the OpenAPI document that were not called. */
  async uncalled(): Promise<string[]> {
    const answer = await fetch(new URL('/openapi.json', this.gateway));
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const called = [...this.called];
    return operations.filter((operation) => {
      const pattern = new RegExp(`^${operation.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
      return !called.some((one) => pattern.test(one));
    });
  }

  private async call(method: string, path: string, body?: unknown, prefer = 'wait=30'): Promise<Answer> {
    this.called.add(`${method} ${path.split('?')[0]}`);
    const { response, text } = await eventually(
      async () => {
        const answer = await fetch(new URL(path, this.gateway), {
          method,
          headers: { prefer, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          redirect: 'manual',
        });
        return { response: answer, text: await answer.text() };
      },
      // A busy machine may be asked again.
      ({ response: { status } }) => status !== 503,
    );
    expect(response.status, `${method} ${path} ${text.slice(0, 300)}`).toBeLessThan(500);
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? (JSON.parse(text) as Answer['body']) : {} };
  }

  private async done(method: string, path: string, body?: unknown, prefer?: string): Promise<Answer['body']> {
    const answer = await this.call(method, path, body, prefer);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }

  /** What only operators, other processes and Prometheus call. It is most of what no loop and no route of the gateway leads to. */
  private async inside(): Promise<void> {
    const { addresses } = this;
    const none = randomUUID();
    const calls: [address: string, method: 'GET' | 'POST', paths: readonly string[]][] = [
      [addresses.notification, 'GET', mailRoutes],
      [addresses.notification, 'GET', ['/mailbox', `/mailbox/messages/${none}`, `/mailbox/messages/${none}/html`]],
      [addresses.notification, 'POST', [`/mails/${none}/retry`]],
      [addresses.hooks, 'GET', ['/version-pins']],
      [addresses.saga, 'GET', ['/floor']],
      [addresses.relay, 'GET', ['/position']],
      [addresses.projection, 'GET', ['/projections/customer-orders']],
      [addresses.order, 'GET', ['/orders/growth-7/operations?requestKey=growth', '/owners?of=growth-7']],
      [addresses.trip, 'GET', ['/trips/growth-7/operations?requestKey=growth', '/owners?of=growth-7']],
      ...participantNames.flatMap((name): typeof calls => [
        [addresses[name], 'GET', ['/commands/growth-7', '/holds?of=growth-7', '/holds?limit=100']],
        [addresses[name], 'POST', [`/commands/${none}/seal`]],
      ]),
      ...measured.map((name): (typeof calls)[number] => [addresses[name], 'GET', ['/metrics']]),
    ];
    for (const [address, method, paths] of calls)
      for (const path of paths) {
        const url = new URL(path, address);
        const answer = await fetch(url, { method });
        const text = await answer.text();
        expect(answer.status, `${method} ${url.href} ${text}`).toBeLessThan(path.includes(none) ? 405 : 300);
      }
  }

  private async crawl(path: string): Promise<void> {
    let after = '';
    for (let page = 0; page < DEEP_PAGES; page++) {
      const { next } = (await this.done(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=10${after}`,
      )) as unknown as Page<unknown>;
      if (next === null) return;
      after = `&after=${encodeURIComponent(next)}`;
    }
  }

  private async follow(): Promise<void> {
    const { items } = (await this.done('GET', '/v1/events?after=beginning&limit=1')) as unknown as { items: { id: string }[] };
    await this.done('GET', `/v1/events/${items[0]!.id}`);
    await this.crawl(`/v1/events/${items[0]!.id}/deliveries`);
    const stream = '/v1/events/stream?after=beginning';
    this.called.add(`GET ${stream.split('?')[0]}`);
    const reading = await fetch(new URL(stream, this.gateway));
    await reading.body!.getReader().read();
    await reading.body!.cancel().catch(() => {}); // its reader still has it
    const socket = '/v1/events/socket?after=beginning';
    this.called.add(`GET ${socket.split('?')[0]}`);
    const connection = new WebSocket(new URL(socket, this.gateway.replace('http', 'ws')));
    await new Promise((resolve, reject) => connection.once('message', resolve).once('error', reject));
    connection.terminate();
  }

  private async subscribe(): Promise<void> {
    const hook = (await this.done('POST', '/v1/hooks', { url: this.receiver, types: ['order.*'] })) as unknown as HookCreated;
    const path = `/v1/hooks/${hook.hookId}`;
    await this.done('GET', path);
    await this.done('POST', `${path}/rotate-secret`, {});
    const { deliveryId } = await this.done('POST', `${path}/test`, {});
    const { recoveryId } = await this.done('POST', `${path}/recover`, { since: new Date(Date.now() - 60_000).toISOString() });
    await eventually(
      () => this.done('GET', `${path}/recoveries/${recoveryId}`),
      ({ state }) => state === 'done',
    );
    await this.crawl(`${path}/deliveries`);
    await this.crawl(`${path}/deliveries?state=retrying`);
    await this.done('GET', `${path}/deliveries/${deliveryId}`);
    await this.call('POST', `${path}/deliveries/${deliveryId}/redeliver`);
    for (const state of ['succeeded', 'exhausted']) await this.done('POST', `${path}/redeliver`, { state });
    await this.call('POST', `${path}/verify`, {});
    await this.done('PATCH', path, { state: 'paused' });
    await this.done('PATCH', path, { state: 'enabled' });
    await this.done('DELETE', path);
  }

  private async order(): Promise<void> {
    for (const last of ['pay', 'cancel'] as const) {
      const { orderId } = await this.done('POST', '/v1/orders', { customerId: 'CUST-ALICE', lines: tokens(5) });
      await this.done('POST', `/v1/orders/${orderId}/revise`, { lines: tokens(6) });
      await this.done('POST', `/v1/orders/${orderId}/${last}`, last === 'pay' ? { paymentMethod: 'pm_ok' } : undefined);
      if (last === 'pay') await this.done('POST', `/v1/orders/${orderId}/ship`);
      await this.done('GET', `/v1/orders/${orderId}`);
    }
  }

  private async trips(): Promise<void> {
    const booked = await this.done('POST', '/v1/trips', plentifulTrip());
    await this.done('POST', `/v1/trips/${booked['tripId']}/cancel`);
    for (const decision of ['approve', 'decline'] as const) {
      const approvalRequiredAbove = { amount: 1, currency: 'EUR' };
      const { tripId } = await this.done('POST', '/v1/trips', { ...plentifulTrip(), approvalRequiredAbove }, 'respond-async');
      await eventually(
        async () => {
          await this.call('POST', `/v1/trips/${tripId}/${decision}`);
          return this.done('GET', `/v1/trips/${tripId}`);
        },
        ({ state }) => state === 'BOOKED' || state === 'FAILED',
      );
    }
  }

  /** What operators decide. Nothing is left to decide about, which takes the same queries. */
  private async decide(): Promise<void> {
    const fault = { participant: 'hotel', operation: 'reserveRoom', mode: 'refuse', times: 1 };
    await this.done('PUT', '/v1/faults', fault);
    await this.done('DELETE', '/v1/faults');
    for (const decision of ['abort', 'resolve', 'settle'])
      await this.call('POST', `/v1/sagas/create-order:growth-7/${decision}`, {
        ...(decision === 'resolve' && { step: 'create order', action: 'retry' }),
        ...(decision !== 'abort' && { note: 'a test' }),
      });
    for (const decision of ['replay', 'release', 'skip'])
      await this.call(
        'POST',
        `/v1/dead-letters/notification/7/${decision}`,
        decision === 'skip' ? { note: 'a test' } : undefined,
      );
    for (const decision of ['replay', 'skip'])
      await this.call('POST', `/v1/dead-events/order/-7/${decision}`, { note: 'a test' });
  }
}
