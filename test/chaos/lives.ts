import { setTimeout as delay } from 'node:timers/promises';
import type { Order } from '../../contracts/order/order.resource.js';
import type { Trip } from '../../contracts/trip/trip.resource.js';
import { samplePart } from '../support/trip-part-samples.js';
import type { Client } from './client.js';
import { customerId } from './customers.js';
import type { Meddler } from './meddler.js';
import type { Life, Request } from './schedule.js';

/** How long a client waits for the end of what it has asked for before it asks for the next thing nevertheless. */
const PATIENCE_MS = 12_000;

type Booking = Extract<Request, { what: 'book trip' }>;
/** The path and the body of a request; `other` is the body of another request under the same key. */
interface Outgoing {
  route: string;
  path: string;
  body: object | undefined;
  other: object | undefined;
}

/** Lives one order or one trip through: each request after the one before, as an impatient person would send them. */
export class Lives {
  constructor(
    private readonly client: Client,
    private readonly meddler: Meddler,
    /** Makes the keys of a run its own. */
    private readonly run: string,
  ) {}

  /** Resolves when everything that the life sends has been sent and settled, late repeats included. */
  async live(life: Life): Promise<void> {
    const beside: Promise<unknown>[] = [];
    let id: string | undefined;
    for (const [number, request] of life.requests.entries()) {
      await delay(request.pauseMs);
      id = (await this.ask(life, number, request, id, beside)) ?? id;
      if (id === undefined) break;
    }
    await Promise.all(beside);
  }

  /** @returns the id of what the request is about, once it is known. */
  private async ask(
    life: Life,
    number: number,
    request: Request,
    about: string | undefined,
    beside: Promise<unknown>[],
  ): Promise<string | undefined> {
    const { route, path, body, other } = outgoing(request, customerId(life.customer), about);
    const { repeats = {}, interference } = request;
    // Only a 202 says which saga it is.
    const wait = interference ? 0 : request.wait;
    const what = { life: life.id, request: number, route, key: `${this.run}-${life.id}-${number}` };
    const several = repeats.atOnce ?? 1;
    const sendings = Array.from({ length: several }, (_, index) =>
      this.client.command({ ...what, sending: index === 0 ? 'first' : 'at once' }, path, body, wait),
    );
    const answer = await Promise.race(sendings);
    beside.push(...sendings);
    if (!answer || answer.status === null || answer.status >= 300) return undefined;

    const again = (afterMs: number, sending: 'later' | 'other body', sent: object | undefined) =>
      delay(afterMs).then(() => this.client.command({ ...what, sending }, path, sent, 0));
    if (repeats.laterMs !== undefined) beside.push(again(repeats.laterMs, 'later', body));
    if (repeats.otherBodyMs !== undefined && other) beside.push(again(repeats.otherBodyMs, 'other body', other));
    const sagaId = answer.body['sagaId'] as string;
    if (interference) {
      const meddling = delay(interference.afterMs).then(() => this.meddler.meddle(sagaId, interference.kind));
      beside.push(interference.kind === 'forget' ? meddling.then(() => again(0, 'later', body)) : meddling);
    }
    const id = (answer.body['orderId'] ?? answer.body['tripId']) as string;
    if (request.what === 'book trip' && request.approval) beside.push(this.decide(id, request.approval));
    if (answer.status === 202) await this.settled(request, id);
    return id;
  }

  private async settled(request: Request, id: string): Promise<void> {
    if (request.what === 'book trip' || request.what === 'cancel trip')
      await this.client.until<Trip>(`/v1/trips/${id}`, ({ state }) => !tripUnderWay.has(state), PATIENCE_MS);
    else await this.client.until<Order>(`/v1/orders/${id}`, ({ state, pending }) => state !== 'PENDING' && !pending, PATIENCE_MS);
  }

  private async decide(tripId: string, { verdict, afterMs }: NonNullable<Booking['approval']>): Promise<void> {
    if (verdict === 'nobody') return;
    const trip = await this.client.until<Trip>(`/v1/trips/${tripId}`, ({ state }) => state !== 'PENDING', 20_000);
    if (trip?.state !== 'AWAITING_APPROVAL') return;
    await delay(afterMs);
    await this.client.retry(
      'POST',
      `/v1/trips/${tripId}/${verdict}`,
      {},
      { 'idempotency-key': `${this.run}-${tripId}-${verdict}` },
    );
  }
}

const tripUnderWay: ReadonlySet<string> = new Set(['PENDING', 'AWAITING_APPROVAL', 'CANCELLING']);

const tokens = (euros: number) => ({ lines: [{ sku: 'SKU-TOKEN', quantity: euros }] });

function outgoing(request: Request, customer: string, about: string | undefined): Outgoing {
  const onOrder = (command: string, body?: object, other?: object): Outgoing => ({
    route: `orders/${command}`,
    path: `/v1/orders/${about}/${command}`,
    body,
    other,
  });
  switch (request.what) {
    case 'place order': {
      const order = (euros: number) => ({ customerId: customer, ...tokens(euros) });
      return { route: 'orders', path: '/v1/orders', body: order(request.euros), other: order(request.euros + 1) };
    }
    case 'revise order':
      return onOrder('revise', tokens(request.euros), tokens(request.euros + 1));
    case 'pay order': {
      const { paymentMethod } = request;
      return onOrder('pay', { paymentMethod }, { paymentMethod: paymentMethod === 'pm_ok' ? 'pm_slow' : 'pm_ok' });
    }
    case 'cancel order':
      return onOrder('cancel');
    case 'ship order':
      return onOrder('ship');
    case 'cancel trip':
      return { route: 'trips/cancel', path: `/v1/trips/${about}/cancel`, body: undefined, other: undefined };
    case 'book trip': {
      const trip = (daysAhead: number) => ({
        customerId: customer,
        paymentMethod: request.paymentMethod,
        ...Object.fromEntries(
          request.parts.map((part) => [
            part,
            samplePart(part, request.scarce.includes(part) ? 'scarce' : 'plenty', dayFromNow(daysAhead)),
          ]),
        ),
        ...(request.approval && { approvalRequiredAbove: { amount: 0, currency: 'EUR' } }),
      });
      return { route: 'trips', path: '/v1/trips', body: trip(request.daysAhead), other: trip(request.daysAhead + 1) };
    }
  }
}

const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
