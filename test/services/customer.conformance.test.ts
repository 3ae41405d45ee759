import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { Credit, LedgerEntry } from '../../contracts/customer/credit.resource.js';
import { customerEvents } from '../../contracts/customer/customer.events.js';
import { Customer } from '../../contracts/customer/customer.resource.js';
import { pageOf } from '../../contracts/values/page.js';
import { system } from '../support/system.js';
import { newCustomer } from './customer.harness.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { newKey, ParticipantHarness } from './participant.harness.js';

const harness = new ParticipantHarness('customer', () => system().customerUrl);
const EUR = (amount: number) => ({ amount, currency: 'EUR' });
const newOrderId = () => randomUUID();

const reserve = (customerId: string, orderId: string, amount: number, key?: string) =>
  harness.send('reserveCredit', { customerId, orderId, amount: EUR(amount) }, key);
const change = (orderId: string, amount: number, changeId: string = randomUUID()) =>
  harness.send('changeReservation', { orderId, changeId, amount: EUR(amount) });
const restore = (orderId: string, changeId: string) => harness.send('restoreReservation', { orderId, changeId });
const release = (orderId: string) => harness.send('releaseCredit', { orderId });

const credit = async (customerId: string, at?: string) => {
  const { status, body } = await harness.get(
    `/customers/${customerId}/credit${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`,
  );
  expect(status, `credit of ${customerId}: ${JSON.stringify(body)}`).toBe(200);
  return Credit.parse(body);
};
const reserved = async (customerId: string) => (await credit(customerId)).reserved.amount;
const ledger = async (customerId: string): Promise<LedgerEntry[]> => {
  const entries: LedgerEntry[] = [];
  for (let after = ''; ;) {
    const page = pageOf(LedgerEntry).parse((await harness.get(`/customers/${customerId}/credit/entries?limit=70${after}`)).body);
    entries.push(...page.items);
    if (page.next === null) return entries;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
};
const eventsOf = (customerId: string) => harness.facts('customer', customerId);

describeConformance(harness, {
  effect: async () => {
    const customerId = await newCustomer(harness, { limit: 100_000 });
    const body = { customerId, orderId: newOrderId(), amount: EUR(3_000) };
    return {
      operation: 'reserveCredit',
      body,
      otherBody: { ...body, amount: EUR(3_001) },
      aggregate: { type: 'customer', id: customerId },
    };
  },
  refusal: () => ({
    operation: 'changeReservation',
    body: { orderId: newOrderId(), changeId: randomUUID(), amount: EUR(1) },
    code: 'RESERVATION_NOT_FOUND',
  }),
  undos: {
    releaseCredit: async () => {
      const customerId = await newCustomer(harness, { limit: 10_000 });
      const orderId = newOrderId();
      return {
        undo: { operation: 'releaseCredit', body: { orderId } },
        late: { operation: 'reserveCredit', body: { customerId, orderId, amount: EUR(1_000) } },
        aggregate: { type: 'customer', id: customerId },
      };
    },
    restoreReservation: async () => {
      const customerId = await newCustomer(harness, { limit: 10_000 });
      const [orderId, changeId] = [newOrderId(), randomUUID()];
      await reserve(customerId, orderId, 1_000);
      return {
        undo: { operation: 'restoreReservation', body: { orderId, changeId } },
        late: { operation: 'changeReservation', body: { orderId, changeId, amount: EUR(4_000) } },
        aggregate: { type: 'customer', id: customerId },
      };
    },
  },
});

describe('customer: reserveCredit', () => {
  it('grants all that is available and not a cent more', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    expectProblem(await reserve(customerId, newOrderId(), 10_001), 409, 'INSUFFICIENT_CREDIT');
    const orderId = newOrderId();
    expect(await reserve(customerId, orderId, 10_000)).toMatchObject({ status: 200, body: { orderId, reserved: EUR(10_000) } });
    expectProblem(await reserve(customerId, newOrderId(), 1), 409, 'INSUFFICIENT_CREDIT');
    expect(await credit(customerId)).toMatchObject({ limit: EUR(10_000), reserved: EUR(10_000), available: EUR(0) });
  });

  it('says in the refusal what was asked for and what is left', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    await reserve(customerId, newOrderId(), 2_550);
    const { body } = await reserve(customerId, newOrderId(), 10_000);
    expect(body.detail).toBe(
      `100.00 EUR cannot be reserved: ${customerId} has 74.50 EUR left of 100.00 EUR, with 25.50 EUR reserved.`,
    );
  });

  it('grants exactly 3 of 20 parallel reservations of 30.00 on a limit of 100.00, and none fails as busy', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const replies = await Promise.all(Array.from({ length: 20 }, () => reserve(customerId, newOrderId(), 3_000)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(replies.filter(({ status, body }) => status === 409 && body.code === 'INSUFFICIENT_CREDIT')).toHaveLength(17);
    expect(await reserved(customerId)).toBe(9_000);
    expect(await ledger(customerId)).toHaveLength(4);
  });

  it('takes 50 parallel reservations and their 50 releases on one account', async () => {
    const customerId = await newCustomer(harness, { limit: 500_000 });
    const orderIds = Array.from({ length: 50 }, newOrderId);
    const granted = await Promise.all(
      orderIds.map((orderId) => harness.sendUntilAnswered('reserveCredit', { customerId, orderId, amount: EUR(3_000) })),
    );
    expect(granted.map(({ status }) => status)).toEqual(orderIds.map(() => 200));
    expect(await reserved(customerId)).toBe(150_000);
    const released = await Promise.all(orderIds.map((orderId) => harness.sendUntilAnswered('releaseCredit', { orderId })));
    expect(released.map(({ status }) => status)).toEqual(orderIds.map(() => 200));
    expect(await reserved(customerId)).toBe(0);
  });

  it('reserves once for an order, with any key', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    const first = await reserve(customerId, orderId, 3_000);
    expect(await reserve(customerId, orderId, 3_000)).toEqual({ ...first, key: expect.any(String) });
    const atOnce = newOrderId();
    const replies = await Promise.all(Array.from({ length: 10 }, () => reserve(customerId, atOnce, 1_000)));
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { orderId: atOnce, reserved: EUR(1_000) } });
    expect(await reserved(customerId)).toBe(4_000);
    expect(await ledger(customerId)).toHaveLength(3);
  });

  it('repeats the first answer of its key, whatever has happened since', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const [orderId, key] = [newOrderId(), newKey()];
    const first = await reserve(customerId, orderId, 3_000, key);
    await release(orderId);
    expect(await reserve(customerId, orderId, 3_000, key)).toEqual(first);
    expect(await reserved(customerId)).toBe(0);
  });

  it('refuses another amount or another customer for an order that has reserved', async () => {
    const [customerId, another] = [await newCustomer(harness, { limit: 10_000 }), await newCustomer(harness, { limit: 10_000 })];
    const orderId = newOrderId();
    await reserve(customerId, orderId, 3_000);
    expectProblem(await reserve(customerId, orderId, 3_001), 409, 'CREDIT_ALREADY_RESERVED');
    expectProblem(await reserve(another, orderId, 3_000), 409, 'CREDIT_ALREADY_RESERVED');
    expect([await reserved(customerId), await reserved(another)]).toEqual([3_000, 0]);
  });

  it('reserves nothing as it reserves something, also when nothing is left', async () => {
    const customerId = await newCustomer(harness, { limit: 100 });
    await reserve(customerId, newOrderId(), 100);
    const orderId = newOrderId();
    expect(await reserve(customerId, orderId, 0)).toMatchObject({ status: 200, body: { reserved: EUR(0) } });
    expectProblem(await change(orderId, 1), 409, 'INSUFFICIENT_CREDIT');
    expect(await release(orderId)).toMatchObject({ status: 200, body: { reserved: EUR(0) } });
    expectProblem(await reserve(customerId, orderId, 0), 409, 'CREDIT_ALREADY_RELEASED');
    expect((await ledger(customerId)).map(({ kind, amount }) => [kind, amount.amount])).toEqual([
      ['OPENED', 100],
      ['RESERVED', 100],
      ['RESERVED', 0],
      ['RELEASED', 0],
    ]);
  });

  it('refuses what cannot be: no customer, no account, a blocked account, another currency', async () => {
    const orderId = newOrderId();
    expectProblem(await reserve('CUST-NOBODY', orderId, 1), 409, 'CUSTOMER_NOT_FOUND');
    expectProblem(
      await reserve(await newCustomer(harness, { limit: 0, open: false }), orderId, 1),
      409,
      'CREDIT_ACCOUNT_NOT_OPEN',
    );
    expectProblem(
      await reserve(await newCustomer(harness, { limit: 10_000, blocked: true }), orderId, 1),
      409,
      'CREDIT_ACCOUNT_BLOCKED',
    );
    expectProblem(
      await reserve(await newCustomer(harness, { limit: 10_000, currency: 'USD' }), orderId, 1),
      409,
      'CURRENCY_MISMATCH',
    );
    // A refusal leaves nothing behind: the order can still reserve elsewhere.
    expect((await reserve(await newCustomer(harness, { limit: 1 }), orderId, 1)).status).toBe(200);
  });

  it('takes amounts that are whole, not negative and exact as numbers', async () => {
    const customerId = await newCustomer(harness, { limit: Number.MAX_SAFE_INTEGER });
    for (const amount of [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, 1e300])
      expectProblem(await reserve(customerId, newOrderId(), amount), 422);
    expect((await reserve(customerId, newOrderId(), Number.MAX_SAFE_INTEGER)).status).toBe(200);
    expectProblem(await reserve(customerId, newOrderId(), Number.MAX_SAFE_INTEGER), 409, 'INSUFFICIENT_CREDIT');
    expect(await credit(customerId)).toMatchObject({ reserved: EUR(Number.MAX_SAFE_INTEGER), available: EUR(0) });
  });
});

describe('customer: restoreReservation', () => {
  it('takes a raise back', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 1_000);
    const changeId = randomUUID();
    await change(orderId, 4_000, changeId);
    expect(await restore(orderId, changeId)).toMatchObject({ status: 200, body: { reserved: EUR(1_000) } });
    expect((await credit(customerId)).reserved).toEqual(EUR(1_000));
  });

  it('refuses a raise that comes after it, and that one only', async () => {
    const late = randomUUID();
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 1_000);
    expect(await restore(orderId, late)).toMatchObject({ status: 200, body: { reserved: EUR(1_000) } });
    expectProblem(await change(orderId, 4_000, late), 409, 'CHANGE_ALREADY_RESTORED');
    expect(await change(orderId, 2_000)).toMatchObject({ status: 200 });
    expect((await credit(customerId)).reserved).toEqual(EUR(2_000));
  });

  it('restores what its change has added, once, whatever else was changed', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const [orderId, mine, other] = [newOrderId(), randomUUID(), randomUUID()];
    await reserve(customerId, orderId, 1_000);
    await change(orderId, 4_000, mine);
    await change(orderId, 6_000, other);
    const first = await restore(orderId, mine);
    expect(first).toMatchObject({ status: 200, body: { orderId, reserved: EUR(3_000) } });
    const again = await Promise.all(Array.from({ length: 5 }, () => restore(orderId, mine)));
    for (const { body } of again) expect(body).toEqual(first.body);
    expect((await credit(customerId)).reserved).toEqual(EUR(3_000));
    expect((await ledger(customerId)).map(({ amount }) => amount.amount).slice(1)).toEqual([1_000, 3_000, 2_000, -3_000]);
  });

  it('never reserves more: a change that has lowered the reservation is left as it is', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const [orderId, changeId] = [newOrderId(), randomUUID()];
    await reserve(customerId, orderId, 4_000);
    await change(orderId, 1_000, changeId);
    expect(await restore(orderId, changeId)).toMatchObject({ status: 200, body: { reserved: EUR(1_000) } });
  });

  it('is harmless for an order that has nothing reserved', async () => {
    expect(await restore(newOrderId(), randomUUID())).toMatchObject({ status: 200, body: { reserved: null } });
  });
});

describe('customer: checkCustomer', () => {
  it('says in which state a customer is, and refuses one that does not exist', async () => {
    const check = (customerId: string) => harness.send('checkCustomer', { customerId });
    expect(await check('CUST-ALICE')).toMatchObject({ status: 200, body: { customerId: 'CUST-ALICE', state: 'ACTIVE' } });
    expectProblem(await check('NOBODY'), 409, 'CUSTOMER_NOT_FOUND');
  });
});

describe('customer: changeReservation', () => {
  it('raises up to the limit and lowers to anything', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 3_000);
    await reserve(customerId, newOrderId(), 2_000);
    expectProblem(await change(orderId, 8_001), 409, 'INSUFFICIENT_CREDIT');
    expect(await change(orderId, 8_000)).toMatchObject({ status: 200, body: { orderId, reserved: EUR(8_000) } });
    expect(await change(orderId, 8_000)).toMatchObject({ status: 200, body: { reserved: EUR(8_000) } });
    expect(await reserved(customerId)).toBe(10_000);
    expect(await change(orderId, 500)).toMatchObject({ status: 200, body: { reserved: EUR(500) } });
    expect(await change(orderId, 0)).toMatchObject({ status: 200, body: { reserved: EUR(0) } });
    expect(await reserved(customerId)).toBe(2_000);
    expect((await ledger(customerId)).slice(3).map(({ kind, amount }) => [kind, amount.amount])).toEqual([
      ['CHANGED', 5_000],
      ['CHANGED', -7_500],
      ['CHANGED', -500],
    ]);
  });

  it('lowers on a blocked account and raises nothing there', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 3_000);
    await harness.rows(
      `insert into ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at) values ($1, 3, 'BLOCKED', 0, 'EUR', clock_timestamp())`,
      customerId,
    );
    expectProblem(await change(orderId, 3_001), 409, 'CREDIT_ACCOUNT_BLOCKED');
    expect((await change(orderId, 2_000)).status).toBe(200);
    expect((await release(orderId)).status).toBe(200);
    expect(await credit(customerId)).toMatchObject({ reserved: EUR(0), blocked: true });
  });

  it('refuses what cannot be: nothing reserved, released, another currency', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    expectProblem(await change(orderId, 1), 409, 'RESERVATION_NOT_FOUND');
    await reserve(customerId, orderId, 3_000);
    expectProblem(
      await harness.send('changeReservation', { orderId, changeId: randomUUID(), amount: { amount: 1, currency: 'USD' } }),
      409,
      'CURRENCY_MISMATCH',
    );
    expectProblem(
      await harness.send('changeReservation', { orderId, changeId: randomUUID(), amount: { amount: 3_000, currency: 'USD' } }),
      409,
      'CURRENCY_MISMATCH',
    );
    await release(orderId);
    expectProblem(await change(orderId, 1), 409, 'CREDIT_ALREADY_RELEASED');
    expect(await reserved(customerId)).toBe(0);
  });
});

describe('customer: releaseCredit', () => {
  it('gives back what is reserved by then, once, and for good', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 3_000);
    await change(orderId, 4_000);
    const first = await release(orderId);
    expect(first).toMatchObject({ status: 200, body: { orderId, reserved: EUR(0) } });
    expect(await release(orderId)).toEqual({ ...first, key: expect.any(String) });
    expectProblem(await reserve(customerId, orderId, 3_000), 409, 'CREDIT_ALREADY_RELEASED');
    expect(await reserved(customerId)).toBe(0);
    expect(await ledger(customerId)).toHaveLength(4);
  });

  it('of an order never seen is remembered, so that its late reservation is refused', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    expect(await release(orderId)).toMatchObject({ status: 200, body: { orderId, reserved: null } });
    expect(await release(orderId)).toMatchObject({ status: 200, body: { orderId, reserved: null } });
    expectProblem(await reserve(customerId, orderId, 3_000), 409, 'CREDIT_ALREADY_RELEASED');
    expectProblem(await change(orderId, 3_000), 409, 'CREDIT_ALREADY_RELEASED');
    expect(await reserved(customerId)).toBe(0);
  });

  it('leaves nothing reserved in any race with the reservation', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000_000 });
    const orderIds = Array.from({ length: 60 }, newOrderId);
    const both = await Promise.all(
      orderIds.map((orderId, index) =>
        index % 2
          ? Promise.all([reserve(customerId, orderId, 100), release(orderId)])
          : Promise.all([release(orderId), reserve(customerId, orderId, 100)]),
      ),
    );
    for (const reply of both.flat()) expect([200, 409]).toContain(reply.status);
    expect(await reserved(customerId)).toBe(0);
  });

  it('waits for a reservation in progress, and releases it', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    const [reservation, releasing] = await whileHeld(
      // The next entry of the account, as if somebody were writing it: the reservation has looked at the order and waits to write.
      [
        `insert into ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at) values ($1, 2, 'UNBLOCKED', 0, 'EUR', clock_timestamp())`,
        customerId,
      ],
      () => reserve(customerId, orderId, 3_000),
      () => release(orderId),
    );
    expect([reservation.status, releasing.status]).toEqual([200, 200]);
    expect(releasing.body.reserved).toEqual(EUR(0));
    expect(await reserved(customerId)).toBe(0);
  });

  it('is waited for by a reservation, which is then refused', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const orderId = newOrderId();
    const [releasing, reservation] = await whileHeld(
      ['insert into released_order (order_id) values ($1)', orderId],
      () => release(orderId),
      () => reserve(customerId, orderId, 3_000),
    );
    expect(releasing.status).toBe(200);
    expectProblem(reservation, 409, 'CREDIT_ALREADY_RELEASED');
    expect(await reserved(customerId)).toBe(0);
  });
});

describe('customer: the ledger', () => {
  it('can only be added to', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const ofCustomer = `where customer_id = '${customerId}'`;
    for (const attempt of [
      `update ledger_entry set amount = 0 ${ofCustomer}`,
      `delete from ledger_entry ${ofCustomer}`,
      'truncate ledger_entry cascade',
    ]) {
      await expect(harness.rows(attempt)).rejects.toThrow('The ledger is append-only');
    }
    await expect(harness.rows(`delete from customer ${ofCustomer}`)).rejects.toThrow('foreign key');
    expect(await ledger(customerId)).toHaveLength(1);
  });

  it('has one entry, one event and one version for each effect, and all of them fit the contract', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const [one, two] = [newOrderId(), newOrderId()];
    await reserve(customerId, one, 3_000);
    await reserve(customerId, two, 9_000); // refused
    await reserve(customerId, two, 2_000);
    await change(one, 1_000);
    await release(two);
    const entries = await ledger(customerId);
    expect(entries.map(({ kind }) => kind)).toEqual(['OPENED', 'RESERVED', 'RESERVED', 'CHANGED', 'RELEASED']);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);

    const events = await eventsOf(customerId);
    expect(events.map(({ name, version }) => [name, version])).toEqual([
      ['customer.registered.v1', 1],
      ['customer.credit-opened.v1', 2],
      ['customer.credit-reserved.v1', 3],
      ['customer.credit-reserved.v1', 4],
      ['customer.credit-changed.v1', 5],
      ['customer.credit-released.v1', 6],
    ]);
    for (const { name, data } of events) {
      const fits = customerEvents[name as keyof typeof customerEvents].safeParse(JSON.parse(data));
      expect(fits.error, `${name} ${data}`).toBeUndefined();
    }
    expect(JSON.parse(events[4]!.data)).toEqual({
      customerId,
      orderId: one,
      amount: EUR(-2_000),
      limit: EUR(10_000),
      reserved: EUR(3_000),
    });
    expect(JSON.parse(events[5]!.data)).toEqual({
      customerId,
      orderId: two,
      amount: EUR(-2_000),
      limit: EUR(10_000),
      reserved: EUR(1_000),
    });
  });

  it('returns the state at any past instant, across snapshots', async () => {
    const customerId = await newCustomer(harness, { limit: 1_000_000 });
    const orderId = newOrderId();
    await reserve(customerId, orderId, 0);
    for (let amount = 1; amount <= 228; amount++) await change(orderId, amount);
    const entries = await ledger(customerId);
    expect(entries).toHaveLength(230);
    const times = entries.map(({ occurredAt }) => occurredAt);
    expect(new Set(times).size).toBe(times.length);
    expect([...times].sort()).toEqual(times);

    for (const last of [0, 1, 2, 98, 99, 100, 101, 150, 198, 199, 200, 229]) {
      const sum = entries.slice(1, last + 1).reduce((total, { amount }) => total + amount.amount, 0);
      expect(await credit(customerId, times[last]), `after ${last + 1} entries`).toMatchObject({
        reserved: EUR(sum),
        at: times[last],
      });
    }
    const snapshots = await harness.rows(
      'select sequence, reserved::int, credit_limit::int as "limit" from ledger_snapshot where customer_id = $1 order by sequence',
      customerId,
    );
    expect(snapshots).toEqual([
      { sequence: 100, reserved: 98, limit: 1_000_000 },
      { sequence: 200, reserved: 198, limit: 1_000_000 },
    ]);
  });

  it('is read from its newest snapshot on', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    await harness.rows(
      `insert into ledger_snapshot select customer_id, sequence, currency, 777, 0, false, occurred_at from ledger_entry where customer_id = $1`,
      customerId,
    );
    expect((await credit(customerId)).limit).toEqual(EUR(777));
  });

  it('goes forward in time also when the clock went back', async () => {
    const openedAt = new Date(Date.now() + 3_600_000);
    const customerId = await newCustomer(harness, { limit: 10_000, openedAt });
    await reserve(customerId, newOrderId(), 100);
    await reserve(customerId, newOrderId(), 100);
    const micros = (await ledger(customerId)).map(({ occurredAt }) => occurredAt.slice(-7, -1));
    expect(Number(micros[1]) - Number(micros[0])).toBe(1);
    expect(Number(micros[2]) - Number(micros[1])).toBe(1);
    expect(await reserved(customerId)).toBe(200);
  });

  it('has no state before it was opened, and the present one for an instant to come', async () => {
    const customerId = await newCustomer(harness, { limit: 10_000 });
    const [{ occurredAt }] = (await ledger(customerId)) as [LedgerEntry];
    const path = (at: string) => `/customers/${customerId}/credit?at=${encodeURIComponent(at)}`;
    expectProblem(await harness.get(path('2001-01-01T00:00:00Z')), 404, 'CREDIT_ACCOUNT_NOT_OPEN');
    const before = occurredAt.replace(/\d{6}Z$/, (micros) => `${String(Number(micros.slice(0, -1)) - 1).padStart(6, '0')}Z`);
    expectProblem(await harness.get(path(before)), 404, 'CREDIT_ACCOUNT_NOT_OPEN');
    expect(await credit(customerId, '2999-01-01T00:00:00+02:00')).toEqual(await credit(customerId));
    for (const at of [
      'yesterday',
      '',
      '2026-11-21',
      '2026-13-01T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-23:00',
      '2026-01-01T00:00:00',
    ]) {
      expectProblem(await harness.get(path(at)), 422, 'VALIDATION_FAILED');
    }
  });
});

describe('customer: queries', () => {
  it('lists customers page by page, each once', async () => {
    await Promise.all([newCustomer(harness, { limit: 1 }), newCustomer(harness, { limit: 1 })]);
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = pageOf(Customer).parse((await harness.get(`/customers?limit=3${after}`)).body);
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ customerId }) => customerId));
      if (page.next === null) break;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const all = await harness.rows<{ id: string }>('select customer_id as id from customer');
    expect(seen.sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('has the customers of the seed: five of them ACTIVE with credit, and one blocked', async () => {
    const limits = {
      'CUST-ALICE': 10_000,
      'CUST-BRUNO': 50_000,
      'CUST-CLARA': 100_000,
      'CUST-DAVID': 250_000,
      'CUST-ELENA': 500_000,
    };
    for (const [customerId, limit] of Object.entries(limits)) {
      expect(Customer.parse((await harness.get(`/customers/${customerId}`)).body)).toMatchObject({ customerId, state: 'ACTIVE' });
      expect(await credit(customerId)).toMatchObject({ customerId, limit: EUR(limit), blocked: false });
    }
    expect((await credit('CUST-FRANK')).blocked).toBe(true);
    expectProblem(await reserve('CUST-FRANK', newOrderId(), 1), 409, 'CREDIT_ACCOUNT_BLOCKED');
  });

  it('answers unknown and invalid requests with a problem', async () => {
    for (const path of ['/customers/CUST-NOBODY', '/customers/CUST-NOBODY/credit', '/customers/CUST-NOBODY/credit/entries']) {
      expectProblem(await harness.get(path), 404, 'CUSTOMER_NOT_FOUND');
    }
    const registered = await newCustomer(harness, { limit: 0, open: false });
    expectProblem(await harness.get(`/customers/${registered}/credit`), 404, 'CREDIT_ACCOUNT_NOT_OPEN');
    expect((await harness.get(`/customers/${registered}/credit/entries`)).body).toEqual({ items: [], next: null });

    const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wrong = [
      'limit=0',
      'limit=201',
      'limit=x',
      'limit=1&limit=2',
      'after=',
      'unknown=1',
      'after=nonsense',
      `after=${cursorOf(['\u0000'])}`,
      `after=${cursorOf([{}])}`,
    ];
    for (const query of wrong) {
      expectProblem(await harness.get(`/customers?${query}`), 422);
      expectProblem(await harness.get(`/customers/CUST-ALICE/credit/entries?${query}`), 422);
    }
    expectProblem(await harness.get('/customers/CUST-ALICE/credit?when=now'), 422, 'VALIDATION_FAILED');
    expectProblem(await harness.get('/customers/%00'), 422);
    expect((await harness.get(`/customers/CUST-ALICE/credit/entries?after=${cursorOf([Number.MAX_SAFE_INTEGER])}`)).body).toEqual(
      {
        items: [],
        next: null,
      },
    );
  });
});

/**
 * Sends two commands while an uncommitted statement of a third session blocks the first one. The second command arrives when the first
 * has read and not yet written. Then the statement is rolled back, and both commands continue.
 */
async function whileHeld<One, Two>(
  [sql, ...values]: [string, ...unknown[]],
  first: () => Promise<One>,
  second: () => Promise<Two>,
): Promise<[One, Two]> {
  return harness.asAdministrator(async (client) => {
    await client.query('begin');
    await client.query(sql, values);
    const one = first();
    await untilSomebodyWaits(client);
    const two = second();
    await delay(300); // time enough for the second to be done, if it does not wait
    await client.query('rollback');
    return Promise.all([one, two]);
  });
}

async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await delay(10)) {
    const { rowCount } = await client.query('select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))');
    if (rowCount) return;
  }
  throw new Error('The first command was to wait for the uncommitted statement, and does not.');
}
