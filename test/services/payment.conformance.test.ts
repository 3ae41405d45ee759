import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { participants } from '../../contracts/participant/participants.js';
import { pageOf } from '../../contracts/values/page.js';
import { PaymentAnswer } from '../../contracts/payment/payment.commands.js';
import { paymentEvents } from '../../contracts/payment/payment.events.js';
import { Payment } from '../../contracts/payment/payment.resource.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { newKey, ParticipantHarness } from './participant.harness.js';

const harness = new ParticipantHarness('payment', () => system().paymentUrl);
const EUR = (amount: number) => ({ amount, currency: 'EUR' });

function authorization(paymentMethod = 'pm_ok', amount = 10_000) {
  const tripId = randomUUID();
  return { paymentId: `trip-${tripId}`, tripId, customerId: 'CUST-ALICE', paymentMethod, amount: EUR(amount) };
}
const authorize = (body: ReturnType<typeof authorization>, key?: string) => harness.send('authorize', body, key);
const capture = (paymentId: string) => harness.send('capture', { paymentId });
const voidPayment = (paymentId: string) => harness.send('void', { paymentId });
const refund = (paymentId: string, amount: number, key?: string) =>
  harness.send('refund', { paymentId, amount: EUR(amount) }, key);
const read = async (paymentId: string) => Payment.parse((await harness.get(`/payments/${paymentId}`)).body);
const eventsOf = (paymentId: string) => harness.facts('payment', paymentId);

async function captured(amount = 10_000): Promise<string> {
  const body = authorization('pm_ok', amount);
  await authorize(body);
  expect((await capture(body.paymentId)).status).toBe(200);
  return body.paymentId;
}

describeConformance(harness, {
  effect: () => {
    const body = authorization();
    return {
      operation: 'authorize',
      body,
      otherBody: { ...body, amount: EUR(10_001) },
      aggregate: { type: 'payment', id: body.paymentId },
    };
  },
  refusal: () => ({ operation: 'capture', body: { paymentId: randomUUID() }, code: 'PAYMENT_NOT_FOUND' }),
  undos: {
    void: () => {
      const body = authorization();
      const { paymentId } = body;
      return {
        undo: { operation: 'void', body: { paymentId } },
        late: { operation: 'authorize', body },
        aggregate: { type: 'payment', id: paymentId },
      };
    },
  },
});

describe('payment: an authorization without capture or void', () => {
  const authorizedUntil = async (paymentId: string) =>
    (await harness.rows<{ until: Date }>('select authorized_until as until from payment where payment_id = $1', paymentId))[0]!
      .until;
  const makeOverdue = (paymentId: string) =>
    harness.rows(
      `update payment set authorized_until = clock_timestamp() - interval '1 second' where payment_id = $1`,
      paymentId,
    );

  it('expires: the service voids it by itself, and a late capture is refused', async () => {
    const body = authorization();
    const { paymentId } = body;
    await authorize(body);
    await makeOverdue(paymentId);
    await eventually(
      () => read(paymentId),
      ({ state }) => state === 'VOIDED',
    );
    expect((await eventsOf(paymentId)).map(({ name, causation }) => [name, causation])).toEqual([
      ['payment.authorized.v1', expect.any(String)],
      ['payment.voided.v1', `expiry:${paymentId}`],
    ]);
    expectProblem(await capture(paymentId), 409, 'PAYMENT_VOIDED');
    expect(await voidPayment(paymentId)).toMatchObject({ status: 200, body: { state: 'VOIDED' } });
    expect(await eventsOf(paymentId)).toHaveLength(2);
  });

  it('is not captured once it has expired, even where the service has not yet voided it', async () => {
    const body = authorization();
    const { paymentId } = body;
    await authorize(body);
    await makeOverdue(paymentId);
    expectProblem(await capture(paymentId), 409, 'PAYMENT_VOIDED');
    expect(await read(paymentId)).toMatchObject({ state: 'VOIDED' });
    expect((await eventsOf(paymentId)).map(({ name }) => name)).toEqual(['payment.authorized.v1', 'payment.voided.v1']);
  });

  it('lasts for as long as its saga asks, and for 15 days at least', async () => {
    const DAY_MS = 86_400_000;
    for (const [holdForMs, days] of [
      [undefined, 15],
      [DAY_MS, 15],
      [80 * DAY_MS, 80],
    ] as const) {
      const body = { ...authorization(), ...(holdForMs && { holdForMs }) };
      const [key, earliest] = [newKey(), Date.now()];
      const first = await authorize(body, key);
      const until = (await authorizedUntil(body.paymentId)).getTime();
      expect(until).toBeGreaterThanOrEqual(earliest + days * DAY_MS);
      expect(until).toBeLessThanOrEqual(Date.now() + days * DAY_MS);
      // A repeat does not prolong it.
      const longer = { ...body, holdForMs: 90 * DAY_MS };
      expect(await authorize(longer, key)).toEqual(first);
      expect((await authorize(longer)).body).toEqual(first.body);
      expect((await authorizedUntil(body.paymentId)).getTime()).toBe(until);
    }
    expectProblem(await harness.send('authorize', { ...authorization(), holdForMs: 0 }), 422, 'VALIDATION_FAILED');
  });

  it('is left alone once it is captured', async () => {
    const paymentId = await captured();
    await makeOverdue(paymentId);
    expect(await capture(paymentId)).toMatchObject({ status: 200, body: { state: 'CAPTURED' } });
    expect((await refund(paymentId, 100)).status).toBe(200);
  });
});

describe('payment: authorize', () => {
  it('sets the amount aside, for a trip or for an order', async () => {
    const body = authorization();
    const { status, body: answer } = await authorize(body);
    expect(status).toBe(200);
    expect(PaymentAnswer.parse(answer)).toEqual({
      paymentId: body.paymentId,
      state: 'AUTHORIZED',
      amount: EUR(10_000),
      refunded: EUR(0),
    });
    const { tripId: _, ...particulars } = authorization();
    const forOrder = { ...particulars, orderId: randomUUID() };
    expect((await harness.send('authorize', forOrder)).status).toBe(200);
    expect(await read(forOrder.paymentId)).toMatchObject({ orderId: forOrder.orderId, state: 'AUTHORIZED' });
    expectProblem(await harness.send('authorize', particulars), 422, 'VALIDATION_FAILED');
    expectProblem(await harness.send('authorize', { ...body, orderId: randomUUID() }), 422, 'VALIDATION_FAILED');
  });

  it.each([
    ['pm_declined', 'CARD_DECLINED'],
    ['pm_insufficient_funds', 'INSUFFICIENT_FUNDS'],
    ['pm_other', 'PAYMENT_METHOD_UNKNOWN'],
  ])('declines %s with %s, and remembers it', async (method, code) => {
    const body = authorization(method);
    expectProblem(await authorize(body), 409, code);
    expect(await read(body.paymentId)).toMatchObject({
      state: 'DECLINED',
      decline: { code },
      amount: EUR(10_000),
      refunded: EUR(0),
    });
    expectProblem(await authorize(body), 409, code);
    expectProblem(await capture(body.paymentId), 409, 'PAYMENT_DECLINED');
    expectProblem(await refund(body.paymentId, 1), 409, 'PAYMENT_NOT_CAPTURED');
    expect(await voidPayment(body.paymentId)).toMatchObject({ status: 200, body: { state: 'DECLINED' } });
    expect(await eventsOf(body.paymentId)).toHaveLength(1);
  });

  it('takes its time with pm_slow, and has no transaction open meanwhile', async () => {
    const body = authorization('pm_slow');
    const startedAt = performance.now();
    const replying = authorize(body);
    await new Promise((resolve) => void setTimeout(resolve, 700));
    const open = await harness.rows(
      `select pid from pg_stat_activity where application_name = 'roundtrip-payment' and xact_start is not null and xact_start < clock_timestamp() - interval '300 milliseconds'`,
    );
    expect(open).toEqual([]);
    expect((await replying).body).toMatchObject({ state: 'AUTHORIZED' });
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThan(1_400);
    expect(took).toBeLessThan(5_000);
  });

  it('happens once for a payment with any key, and refuses other content under the same id', async () => {
    const body = authorization();
    const replies = await Promise.all(Array.from({ length: 10 }, () => authorize(body)));
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { state: 'AUTHORIZED' } });
    expect(await eventsOf(body.paymentId)).toHaveLength(1);
    expectProblem(await authorize({ ...body, amount: EUR(9_999) }), 409, 'PAYMENT_CONFLICT');
    expectProblem(await authorize({ ...body, tripId: randomUUID() }), 409, 'PAYMENT_CONFLICT');
    expectProblem(await authorize({ ...body, customerId: 'CUST-BOB' }), 409, 'PAYMENT_CONFLICT');
    expectProblem(await authorize({ ...body, paymentMethod: 'pm_slow' }), 409, 'PAYMENT_CONFLICT');
    expectProblem(await authorize({ ...body, amount: { amount: 10_000, currency: 'USD' } }), 409, 'PAYMENT_CONFLICT');
  });
});

describe('payment: capture', () => {
  it('takes the money, once', async () => {
    const { paymentId } = authorization();
    await authorize({ ...authorization(), paymentId });
    expect(await capture(paymentId)).toMatchObject({ status: 200, body: { state: 'CAPTURED', amount: EUR(10_000) } });
    expect(await capture(paymentId)).toMatchObject({ status: 200, body: { state: 'CAPTURED' } });
    expect(await eventsOf(paymentId)).toHaveLength(2);
  });

  it('is declined for pm_capture_fails, and the payment can still be voided', async () => {
    const body = authorization('pm_capture_fails');
    expect(await authorize(body)).toMatchObject({ status: 200, body: { state: 'AUTHORIZED' } });
    expectProblem(await capture(body.paymentId), 409, 'CAPTURE_DECLINED');
    expect(await read(body.paymentId)).toMatchObject({ state: 'AUTHORIZED' });
    expect(await voidPayment(body.paymentId)).toMatchObject({ status: 200, body: { state: 'VOIDED' } });
  });
});

describe('payment: void', () => {
  it('gives up what was set aside: a late capture is refused, and so is a late authorization', async () => {
    const body = authorization();
    await authorize(body);
    expect(await voidPayment(body.paymentId)).toMatchObject({ status: 200, body: { state: 'VOIDED' } });
    expect(await voidPayment(body.paymentId)).toMatchObject({ status: 200, body: { state: 'VOIDED' } });
    expectProblem(await capture(body.paymentId), 409, 'PAYMENT_VOIDED');
    expectProblem(await authorize(body), 409, 'PAYMENT_VOIDED');
    expect(await eventsOf(body.paymentId)).toHaveLength(2);
  });

  it('before the authorization leaves a tombstone that refuses it and is not shown', async () => {
    const body = authorization();
    expect(await voidPayment(body.paymentId)).toMatchObject({ status: 200, body: { state: 'VOIDED', amount: null } });
    expectProblem(await authorize(body), 409, 'PAYMENT_VOIDED');
    expectProblem(await capture(body.paymentId), 409, 'PAYMENT_VOIDED');
    expectProblem(await refund(body.paymentId, 1), 409, 'PAYMENT_NOT_CAPTURED');
    expectProblem(await harness.get(`/payments/${body.paymentId}`), 404, 'PAYMENT_NOT_FOUND');
    expect((await harness.get(`/payments?tripId=${body.tripId}`)).body).toEqual({ items: [], next: null });
  });

  it('is refused once the money is captured, and after a refund', async () => {
    const paymentId = await captured();
    expectProblem(await voidPayment(paymentId), 409, 'PAYMENT_CAPTURED');
    await refund(paymentId, 10_000);
    expectProblem(await voidPayment(paymentId), 409, 'PAYMENT_CAPTURED');
    expect(await read(paymentId)).toMatchObject({ state: 'REFUNDED', refunded: EUR(10_000) });
  });

  it('that races with the authorization always ends VOIDED', async () => {
    const bodies = Array.from({ length: 20 }, () => authorization());
    const replies = await Promise.all(bodies.flatMap((body) => [authorize(body), voidPayment(body.paymentId)]));
    for (const { status } of replies) expect([200, 409]).toContain(status);
    for (const { paymentId } of bodies) {
      expect(
        (await harness.rows<{ state: string }>('select state from payment where payment_id = $1', paymentId))[0]?.state,
      ).toBe('VOIDED');
    }
  });

  it('that races with the capture: one of the two wins, and the other is refused', async () => {
    const bodies = Array.from({ length: 20 }, () => authorization());
    await Promise.all(bodies.map((body) => authorize(body)));
    await Promise.all(
      bodies.map(async ({ paymentId }, index) => {
        const both = [() => capture(paymentId), () => voidPayment(paymentId)];
        const replies = await Promise.all((index % 2 ? both : both.toReversed()).map((send) => send()));
        expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
        expect(await eventsOf(paymentId)).toHaveLength(2);
      }),
    );
  });
});

describe('payment: refund', () => {
  it('gives back all of it or some, up to what was captured', async () => {
    const paymentId = await captured(10_000);
    expect(await refund(paymentId, 3_000)).toMatchObject({ status: 200, body: { state: 'REFUNDED', refunded: EUR(3_000) } });
    expect(await refund(paymentId, 6_000)).toMatchObject({ status: 200, body: { refunded: EUR(9_000) } });
    expectProblem(await refund(paymentId, 1_001), 409, 'REFUND_EXCEEDS_CAPTURE');
    expect(await refund(paymentId, 1_000)).toMatchObject({ status: 200, body: { refunded: EUR(10_000) } });
    expectProblem(await refund(paymentId, 1), 409, 'REFUND_EXCEEDS_CAPTURE');
    expect(await capture(paymentId)).toMatchObject({ status: 200, body: { state: 'REFUNDED' } });
    expect(await read(paymentId)).toMatchObject({ state: 'REFUNDED', amount: EUR(10_000), refunded: EUR(10_000) });
  });

  it('counts each key once', async () => {
    const paymentId = await captured();
    const key = newKey();
    const replies = await Promise.all(Array.from({ length: 5 }, () => refund(paymentId, 2_000, key)));
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { refunded: EUR(2_000) } });
    expect((await read(paymentId)).refunded).toEqual(EUR(2_000));
  });

  it('gives back exactly what was captured when many refunds come at once', async () => {
    const paymentId = await captured(10_000);
    const replies = await Promise.all(Array.from({ length: 10 }, () => refund(paymentId, 3_000)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(replies.filter(({ body }) => body.code === 'REFUND_EXCEEDS_CAPTURE')).toHaveLength(7);
    expect((await read(paymentId)).refunded).toEqual(EUR(9_000));
  });

  it('of nothing changes nothing', async () => {
    const paymentId = await captured();
    expect(await refund(paymentId, 0)).toMatchObject({ status: 200, body: { state: 'CAPTURED', refunded: EUR(0) } });
    expect(await eventsOf(paymentId)).toHaveLength(2);
  });

  it('is refused in another currency, and for money that never came in', async () => {
    const paymentId = await captured();
    const dollars = { amount: 1, currency: 'USD' };
    expectProblem(await harness.send('refund', { paymentId, amount: dollars }), 409, 'CURRENCY_MISMATCH');
    expectProblem(await harness.send('refund', { paymentId, amount: EUR(-1) }), 422, 'VALIDATION_FAILED');
    expectProblem(await refund(randomUUID(), 1), 409, 'PAYMENT_NOT_FOUND');
    const body = authorization();
    await authorize(body);
    expectProblem(await refund(body.paymentId, 1), 409, 'PAYMENT_NOT_CAPTURED');
    expect((await read(paymentId)).refunded).toEqual(EUR(0));
  });
});

describe('payment: what is published and asked', () => {
  it('publishes each change as a catalogued event, version by version, without the payment method', async () => {
    const paymentId = await captured();
    await refund(paymentId, 4_000);
    await refund(paymentId, 1_000);
    const declined = authorization('pm_declined');
    await authorize(declined);
    const voided = authorization();
    await authorize(voided);
    await voidPayment(voided.paymentId);
    const events = (await Promise.all([paymentId, declined.paymentId, voided.paymentId].map(eventsOf))).flat();
    expect(events.map(({ name, version }) => [name, version])).toEqual([
      ['payment.authorized.v1', 1],
      ['payment.captured.v1', 2],
      ['payment.refunded.v1', 3],
      ['payment.refunded.v1', 4],
      ['payment.declined.v1', 1],
      ['payment.authorized.v1', 1],
      ['payment.voided.v1', 2],
    ]);
    for (const { name, data } of events) {
      expect(paymentEvents[name as keyof typeof paymentEvents].safeParse(JSON.parse(data)).error).toBeUndefined();
      expect(data).not.toContain('pm_');
    }
    expect(JSON.parse(events[3]!.data)).toMatchObject({ refund: EUR(1_000), refunded: EUR(5_000) });
  });

  it('lists the payments of a trip or an order, page by page', async () => {
    const tripId = randomUUID();
    const ids = [1, 2, 3].map((n) => `trip-${tripId.slice(0, 8)}-${n}`);
    for (const paymentId of ids) await authorize({ ...authorization(), tripId, paymentId });
    const first = pageOf(Payment).parse((await harness.get(`/payments?tripId=${tripId}&limit=2`)).body);
    const second = pageOf(Payment).parse((await harness.get(`/payments?tripId=${tripId}&limit=2&after=${first.next}`)).body);
    expect([...first.items, ...second.items].map(({ paymentId }) => paymentId).sort()).toEqual(ids);
    expect([first.items.length, second.next]).toEqual([2, null]);
    expect((await harness.get(`/payments?orderId=${tripId}`)).body.items).toEqual([]);
    await voidPayment(randomUUID()); // the newest, and a tombstone
    expect((await harness.get('/payments?limit=1')).body).toMatchObject({ items: [{}], next: expect.any(String) });
    expectProblem(await harness.get('/payments?tripId=%00'), 422);
    expectProblem(await harness.get('/payments?after=nonsense'), 422, 'INVALID_CURSOR');
    expectProblem(await harness.get('/payments?unknown=1'), 422);
  });

  it('refuses on demand with the code that stands first in the contract', () => {
    const first = Object.entries(participants.payment).map(([operation, { refusals }]) => [operation, refusals[0]]);
    expect(Object.fromEntries(first)).toEqual({
      authorize: 'CARD_DECLINED',
      capture: 'CAPTURE_DECLINED',
      void: 'VOID_REFUSED',
      refund: 'REFUND_REFUSED',
    });
  });
});
