import { expect } from 'vitest';
import type { Credit, LedgerEntry } from '../../contracts/credit.resource.js';
import type { Customer } from '../../contracts/customer.resource.js';
import type { Fault } from '../../contracts/fault.resource.js';
import type { Order, OrderAccepted } from '../../contracts/order.resource.js';
import type { Page } from '../../contracts/page.js';
import type { Saga } from '../../contracts/saga.resource.js';
import { system } from './system.js';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** One request to the public API, as any client would send it. */
export async function call<Body = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(new URL(path, system().gatewayUrl), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as Body };
}

async function get<Body>(path: string): Promise<Body> {
  const { status, body } = await call<Body>('GET', path);
  expect(status, `GET ${path} ${JSON.stringify(body)}`).toBe(200);
  return body;
}

export const tokens = (euros: number) => [{ sku: 'SKU-TOKEN', quantity: euros }];

/** Places an order over whole euros; @returns what the 202 says. */
export async function placeOrder(customerId: string, euros: number, lines = tokens(euros)): Promise<OrderAccepted> {
  const { status, body } = await call<OrderAccepted>('POST', '/v1/orders', { customerId, lines });
  expect(status, JSON.stringify(body)).toBe(202);
  return body;
}

export const order = (orderId: string) => get<Order>(`/v1/orders/${orderId}`);
export const saga = (sagaId: string) => get<Saga>(`/v1/sagas/${sagaId}`);
export const credit = (customerId: string) => get<Credit>(`/v1/customers/${customerId}/credit`);

/** Of the customers of the seed, the one with the most credit left. */
export async function richestCustomer(): Promise<string> {
  const { items } = await get<Page<Customer>>('/v1/customers?limit=200');
  const credits = await Promise.all(items.map(({ customerId }) => credit(customerId)));
  return credits.reduce((most, one) => (one.available.amount > most.available.amount ? one : most)).customerId;
}

/** The whole ledger of a customer, page by page. */
export async function ledger(customerId: string): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (let after = ''; ;) {
    const page = await get<Page<LedgerEntry>>(`/v1/customers/${customerId}/credit/entries?limit=200${after}`);
    entries.push(...page.items);
    if (page.next === null) return entries;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

export async function setFault(fault: Fault): Promise<void> {
  const { status, body } = await call('PUT', '/v1/faults', fault);
  expect(status, JSON.stringify(body)).toBe(200);
}

export async function clearFaults(): Promise<void> {
  expect((await call('DELETE', '/v1/faults')).status).toBe(204);
}

const ends = new Set(['COMPLETED', 'COMPENSATED', 'INCOMPLETE']);

/** The saga once it has ended. */
export const ended = (sagaId: string) =>
  eventually(
    () => saga(sagaId),
    ({ state, endedAt }) => ends.has(state) && endedAt !== null,
  );

/** Asks until the answer is as expected; waits on the condition, never on the clock alone. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
  withinMs = 60_000,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return undefined;
    });
    if (value !== undefined && holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still not so after ${withinMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
