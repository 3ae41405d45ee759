import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'vitest';
import type { Credit, LedgerEntry } from '../../contracts/customer/credit.resource.js';
import type { Customer } from '../../contracts/customer/customer.resource.js';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import type { Order, OrderAccepted } from '../../contracts/order/order.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Payment } from '../../contracts/payment/payment.resource.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import { noteEnded } from './ended-sagas.js';
import { system } from './system.js';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

const otherGateway = new AsyncLocalStorage<string>();

/** Sends every request that `work` makes, and no other, to this gateway instead of the system's. */
export const viaGateway = <Result>(url: string, work: () => Promise<Result>): Promise<Result> => otherGateway.run(url, work);

/** Sends one request to the public API, as any client would. */
export async function call<Body = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(new URL(path, otherGateway.getStore() ?? system().gatewayUrl), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as Body };
}

/** Reads a resource that must exist. */
export async function get<Body>(path: string): Promise<Body> {
  const { status, body } = await call<Body>('GET', path);
  expect(status, `GET ${path} ${JSON.stringify(body)}`).toBe(200);
  return body;
}

export const tokens = (euros: number) => [{ sku: 'SKU-TOKEN', quantity: euros }];

/** Places an order over whole euros. @returns the body of the 202. */
export async function placeOrder(customerId: string, euros: number, lines = tokens(euros)): Promise<OrderAccepted> {
  const { status, body } = await call<OrderAccepted>('POST', '/v1/orders', { customerId, lines });
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
}

/** The payments about an object, such as `orderId=…`. */
export const payments = async (about: string) => (await get<Page<Payment>>(`/v1/payments?${about}`)).items;

export const order = (orderId: string) => get<Order>(`/v1/orders/${orderId}`);
export const saga = (sagaId: string) => get<Saga>(`/v1/sagas/${sagaId}`);
export const credit = (customerId: string) => get<Credit>(`/v1/customers/${customerId}/credit`);

/** The customer of the seed with the most available credit. */
export async function richestCustomer(): Promise<string> {
  const { items } = await get<Page<Customer>>('/v1/customers?limit=200');
  const accounts = await Promise.all(items.map(({ customerId }) => call<Credit>('GET', `/v1/customers/${customerId}/credit`)));
  const credits = accounts.flatMap(({ status, body }) => (status === 200 && !body.blocked ? [body] : [])); // not everybody has an account
  return credits.reduce((most, one) => (one.available.amount > most.available.amount ? one : most)).customerId;
}

/** Reads a whole list, page by page. */
async function all<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let after = ''; ;) {
    const page = await get<Page<Item>>(`${path}${path.includes('?') ? '&' : '?'}limit=200${after}`);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** The whole ledger of a customer. */
export const ledger = (customerId: string) => all<LedgerEntry>(`/v1/customers/${customerId}/credit/entries`);
/** All orders of a customer. */
export const ordersOf = (customerId: string) => all<Order>(`/v1/orders?customerId=${customerId}`);

export async function setFault(fault: Fault): Promise<void> {
  const { status, body } = await call('PUT', '/v1/faults', fault);
  expect(status, JSON.stringify(body)).toBe(200);
}

export async function clearFaults(): Promise<void> {
  expect((await call('DELETE', '/v1/faults')).status).toBe(204);
}

const ends = new Set(['COMPLETED', 'COMPENSATED', 'INCOMPLETE']);

/** The worker reports the steps, and a busy worker may report them late. */
const hasEnded = ({ state, endedAt, steps }: Saga) => ends.has(state) && endedAt !== null && steps.length > 0;

/** Waits for the end of the saga. */
export async function ended(sagaId: string): Promise<Saga> {
  const read = await eventually(() => saga(sagaId), hasEnded);
  noteEnded(sagaId);
  return read;
}

/** Waits for the end of the saga and retries every step that needs attention, as an operator would. */
export async function endedWithRetries(sagaId: string): Promise<Saga> {
  for (;;) {
    const read = await eventually(
      () => saga(sagaId),
      (now) => now.state === 'NEEDS_ATTENTION' || hasEnded(now),
    );
    if (hasEnded(read)) return ended(sagaId);
    const { state, steps } = read;
    // A step is shown as needing attention, too, while its compensation does. The operator decides about the compensation.
    const inNeed = steps.filter((step) => step.state === 'NEEDS_ATTENTION' && (step.compensates ?? step.kind === 'retriable'));
    for (const { name } of inNeed) {
      const { status, body } = await call('POST', `/v1/sagas/${sagaId}/resolve`, { step: name, action: 'retry', note: 'again' });
      // The step may have recovered meanwhile, or the worker may be busy. The loop reads the saga again.
      expect([200, 409, 503], `${state} ${JSON.stringify(body)}`).toContain(status);
    }
  }
}

/** Asks until the answer is as expected. Waits for the condition, never for the clock alone. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
  withinMs = 60_000,
): Promise<Value> {
  const startedAt = Date.now();
  const deadline = startedAt + withinMs;
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return undefined;
    });
    if (value !== undefined && holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still not so after ${withinMs} ms: ${JSON.stringify(value)}`);
    // The pause grows, because each request is work for the processes under test.
    const pauseMs = Math.min(25 + (Date.now() - startedAt) / 20, 150);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
