import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { SagaOutline } from '../../contracts/saga/saga-outline.js';
import type { SagaSummary } from '../../contracts/saga/saga.resource.js';
import { call, ended, get, ordersOf, placeOrder, richestCustomer, tokens } from '../support/api.js';
import { bookTrip, plentifulTrip } from '../support/trips.js';

const lines = ({ steps }: SagaOutline) =>
  steps.map(({ name, compensation }) => (compensation ? `${name} <- ${compensation}` : name));

describe('a dry run', () => {
  it('answers the outline of an order and has no effect', async () => {
    const customerId = await richestCustomer();
    const before = (await ordersOf(customerId)).length;
    const headers = { 'idempotency-key': randomUUID() };
    const order = { customerId, lines: tokens(1) };
    const dry = await call<SagaOutline>('POST', '/v1/orders?dryRun=true', order, headers);
    expect(dry.status).toBe(200);
    expect(lines(dry.body)).toEqual(['create order <- reject order', 'reserve credit <- release credit', 'approve order']);
    expect(await ordersOf(customerId)).toHaveLength(before);

    // The key was ignored: it is free for the order itself, whatever its content.
    const placed = await call<{ sagaId: string }>('POST', '/v1/orders', { customerId, lines: tokens(2) }, headers);
    expect(placed.status).toBe(202);
    await ended(placed.body.sagaId);
  });

  it('lists the steps that a run of the same input has', async () => {
    const dry = await call<SagaOutline>('POST', '/v1/trips?dryRun=true', plentifulTrip());
    const { sagaId } = await bookTrip(plentifulTrip());
    const { steps } = await ended(sagaId);
    expect(steps.map(({ name }) => name)).toEqual(dry.body.steps.map(({ name }) => name));
  });

  it.each(['yes', '1', ''])('refuses dryRun=%s instead of ordering', async (value) => {
    const { status, body } = await call<Problem>('POST', `/v1/orders?dryRun=${value}`, {
      customerId: 'CUST-ALICE',
      lines: tokens(1),
    });
    expect([status, body.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('refuses a body that an order could not have', async () => {
    expect(await call('POST', '/v1/orders?dryRun=true', { customerId: 'CUST-ALICE', lines: [] })).toMatchObject({ status: 422 });
  });
});

describe('GET /v1/saga-types', () => {
  it('lists every type of saga that has run', async () => {
    const { sagaId } = await placeOrder(await richestCustomer(), 1);
    await ended(sagaId);
    const { items } = await get<Page<SagaOutline>>('/v1/saga-types');
    const types = items.map(({ type }) => type);
    const ran = await get<Page<SagaSummary>>('/v1/sagas?limit=200');
    for (const { type } of ran.items) expect(type === 'expireUnpaidOrder' || types.includes(type), type).toBe(true);
    for (const { steps } of items) expect(steps.filter(({ kind }) => kind === 'pivot').length).toBeGreaterThan(0);
  });
});
