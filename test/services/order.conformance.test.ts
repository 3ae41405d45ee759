import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { orderEvents } from '../../contracts/order/order.events.js';
import { Order } from '../../contracts/order/order.resource.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { newKey, ParticipantHarness } from './participant.harness.js';

const order = new ParticipantHarness('order', () => system().orderUrl);

function creation(quantity = 3) {
  const orderId = randomUUID();
  return { orderId, customerId: 'CUST-ALICE', lines: [{ sku: 'SKU-TOKEN', quantity }], operationId: `create-order:${orderId}` };
}

const aborted = { code: 'ABORTED', detail: 'a test' };

/** Readers of an order wait for the reason of a command that has come to nothing. */
async function revertSample(revert: string, begin: string, event: string) {
  const body = creation();
  const { orderId, lines } = body;
  await order.send('createOrder', body);
  await order.send('approveOrder', { orderId });
  const ids = { orderId, operationId: `${begin}:${orderId}:1` };
  return {
    undo: { operation: revert, body: { ...ids, reason: aborted } },
    late: { operation: begin, body: { ...ids, ...(begin === 'beginOrderRevision' && { lines }) } },
    aggregate: { type: 'order', id: orderId },
    published: [event],
  };
}

describeConformance(order, {
  effect: () => {
    const body = creation();
    const otherBody = { ...body, lines: [{ sku: 'SKU-TOKEN', quantity: 4 }] };
    return { operation: 'createOrder', body, otherBody, aggregate: { type: 'order', id: body.orderId } };
  },
  refusal: () => ({ operation: 'approveOrder', body: { orderId: randomUUID() }, code: 'ORDER_NOT_FOUND' }),
  undos: {
    rejectOrder: () => {
      const body = creation();
      const { orderId } = body;
      return {
        undo: { operation: 'rejectOrder', body: { orderId, rejection: aborted } },
        late: { operation: 'createOrder', body },
        aggregate: { type: 'order', id: orderId },
        published: ['order.rejected.v1'],
      };
    },
    discardOrderRevision: () => revertSample('discardOrderRevision', 'beginOrderRevision', 'order.revision-undone.v1'),
    withdrawOrderCancellation: () =>
      revertSample('withdrawOrderCancellation', 'beginOrderCancellation', 'order.cancellation-undone.v1'),
    withdrawOrderPayment: () => revertSample('withdrawOrderPayment', 'beginOrderPayment', 'order.payment-undone.v1'),
  },
});

describe('order', () => {
  const rejection = { code: 'ABORTED', detail: 'a test' };
  const read = (orderId: string) => order.get(`/orders/${orderId}`);

  it('prices an order from the catalogue', async () => {
    const body = {
      ...creation(),
      lines: [
        { sku: 'SKU-TOKEN', quantity: 2 },
        { sku: 'SKU-TENT', quantity: 1 },
      ],
    };
    expect((await order.send('createOrder', body)).body).toMatchObject({ total: { amount: 200 + 24_900, currency: 'EUR' } });
  });

  it('refuses a creation that comes after its rejection, and keeps what was asked for', async () => {
    const { orderId, ...particulars } = creation();
    expect((await order.send('rejectOrder', { orderId, rejection, order: particulars })).status).toBe(200);
    expect((await order.send('createOrder', { orderId, ...particulars })).body).toMatchObject({
      status: 409,
      code: 'ORDER_STATE_CONFLICT',
    });
    expect((await read(orderId)).body).toMatchObject({ state: 'REJECTED', rejection, total: { amount: 300 } });
  });

  it('needs no more than the id to refuse a late creation', async () => {
    const body = creation();
    expect((await order.send('rejectOrder', { orderId: body.orderId, rejection })).status).toBe(200);
    expect((await order.send('createOrder', body)).status).toBe(409);
    expect((await read(body.orderId)).body).toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND' });
  });

  it('repeats the answer of a rejection under its key, although a later run may send another reason', async () => {
    const { orderId } = creation();
    const key = newKey();
    const first = await order.send('rejectOrder', { orderId, rejection }, key);
    expect(first.status).toBe(200);
    expect(await order.send('rejectOrder', { orderId, rejection: { ...rejection, code: 'INSUFFICIENT_CREDIT' } }, key)).toEqual(
      first,
    );
    expect(await order.send('rejectOrder', { orderId: randomUUID(), rejection }, key)).toMatchObject({ status: 422 });
  });

  it('lets one of a creation and a rejection that race win, and never leaves the order standing', async () => {
    const orders = Array.from({ length: 20 }, () => creation());
    await Promise.all(
      orders.flatMap(({ orderId, ...particulars }) => [
        order.send('createOrder', { orderId, ...particulars }),
        order.send('rejectOrder', { orderId, rejection, order: particulars }),
      ]),
    );
    const states = await Promise.all(orders.map(async ({ orderId }) => (await read(orderId)).body));
    for (const body of states) expect(body).toMatchObject({ state: 'REJECTED' });
  });

  it('makes only the transitions of its table', async () => {
    const body = creation();
    const { orderId } = body;
    await order.send('createOrder', body);
    expect((await order.send('approveOrder', { orderId })).body).toMatchObject({ state: 'APPROVED' });
    expect((await order.send('approveOrder', { orderId })).body).toMatchObject({ state: 'APPROVED' });
    expect((await order.send('rejectOrder', { orderId, rejection })).body).toMatchObject({
      status: 409,
      code: 'ORDER_STATE_CONFLICT',
    });
    expect((await order.send('createOrder', body)).body).toMatchObject({ status: 409, code: 'ORDER_STATE_CONFLICT' });
  });

  it('says each change of state in an event that the catalogue of events knows, version by version', async () => {
    const body = creation();
    const rejected = { orderId: randomUUID(), rejection };
    await order.send('createOrder', body);
    await order.send('approveOrder', { orderId: body.orderId });
    await order.send('rejectOrder', rejected);
    const rows = await order.facts('order', body.orderId, rejected.orderId);
    expect(rows.map(({ name, version }) => [name, version])).toEqual([
      ['order.placed.v1', 1],
      ['order.approved.v2', 2],
      ['order.rejected.v1', 1],
    ]);
    for (const { name, data } of rows) {
      const schema = orderEvents[name as keyof typeof orderEvents];
      expect(schema.safeParse(JSON.parse(data)).error).toBeUndefined();
    }
  });

  it('records an order for an unknown product as rejected', async () => {
    const body = { ...creation(), lines: [{ sku: 'SKU-GONE', quantity: 1 }] };
    expect((await order.send('createOrder', body)).body).toMatchObject({ status: 409, code: 'UNKNOWN_PRODUCT' });
    expect((await read(body.orderId)).body).toMatchObject({
      state: 'REJECTED',
      rejection: { code: 'UNKNOWN_PRODUCT' },
      lines: [{ unitPrice: { amount: 0 } }],
    });
  });
});

describe('order: commands on a valid order', () => {
  const reason = { code: 'INSUFFICIENT_CREDIT', detail: 'a test' };
  const EUR = (amount: number) => ({ amount, currency: 'EUR' });
  const tokens = (quantity: number) => [{ sku: 'SKU-TOKEN', quantity }];
  const read = async (orderId: string) => Order.parse((await order.get(`/orders/${orderId}`)).body);
  const rejection = { code: 'ABORTED', detail: 'a test' };

  async function approved(): Promise<string> {
    const body = creation();
    await order.send('createOrder', body);
    expect((await order.send('approveOrder', { orderId: body.orderId })).status).toBe(200);
    return body.orderId;
  }

  /** Each command that locks the order, with the states that it takes it through. */
  const kinds = [
    {
      command: 'revise',
      revert: 'discard',
      noun: 'Revision',
      pending: 'REVISION_PENDING',
      done: 'APPROVED',
      last: 'lastRevision',
    },
    {
      command: 'cancel',
      revert: 'withdraw',
      noun: 'Cancellation',
      pending: 'CANCEL_PENDING',
      done: 'CANCELLED',
      last: 'lastCancellation',
    },
    { command: 'pay', revert: 'withdraw', noun: 'Payment', pending: 'PAYMENT_PENDING', done: 'PAID', last: 'lastPayment' },
  ] as const;
  type Kind = (typeof kinds)[number];
  const sagaOf = ({ command }: Kind, orderId: string, n = 1) => `${command}-order:${orderId}:${n}`;
  const begin = (kind: Kind, orderId: string, n = 1) =>
    order.send(`beginOrder${kind.noun}`, {
      orderId,
      operationId: sagaOf(kind, orderId, n),
      ...(kind.command === 'revise' ? { lines: tokens(5) } : {}),
    });
  const undo = (kind: Kind, orderId: string, n = 1) =>
    order.send(`${kind.revert}Order${kind.noun}`, { orderId, operationId: sagaOf(kind, orderId, n), reason });
  const confirm = (kind: Kind, orderId: string, n = 1) =>
    order.send(`confirmOrder${kind.noun}`, { orderId, operationId: sagaOf(kind, orderId, n) });
  const ship = (orderId: string, n = 1) => order.send('shipOrder', { orderId, operationId: `ship-order:${orderId}:${n}` });
  const [revise, cancel, pay] = kinds;

  describe.each(kinds.map((kind) => [kind.command, kind] as const))('%s', (_command, kind) => {
    it('locks the order for its saga and ends with its effect, each once', async () => {
      const orderId = await approved();
      const begun = await begin(kind, orderId);
      expect(begun).toMatchObject({ status: 200, body: { orderId, state: kind.pending } });
      expect(await begin(kind, orderId)).toEqual({ ...begun, key: expect.any(String) });
      const sagaId = sagaOf(kind, orderId);
      expect(await read(orderId)).toMatchObject({
        state: kind.pending,
        pending: { command: kind.command, sagaId },
        commandCount: 1,
      });
      for (let twice = 0; twice < 2; twice++) expect((await confirm(kind, orderId)).body).toEqual({ orderId, state: kind.done });
      const ended = await read(orderId);
      expect(ended).toMatchObject({ state: kind.done, commandCount: 1 });
      expect(ended).not.toHaveProperty('pending');
      expectProblem(await undo(kind, orderId), 409, 'ORDER_STATE_CONFLICT');
      expectProblem(await begin(kind, orderId), 409, 'ORDER_STATE_CONFLICT');
      expect((await read(orderId)).state).toBe(kind.done);
    });

    it('is undone once under one key, although a later run may give another reason', async () => {
      const orderId = await approved();
      await begin(kind, orderId);
      const [key, command] = [newKey(), { orderId, operationId: sagaOf(kind, orderId, 1) }];
      const first = await order.send(`${kind.revert}Order${kind.noun}`, { ...command, reason }, key);
      expect(first.status).toBe(200);
      expect(
        await order.send(`${kind.revert}Order${kind.noun}`, { ...command, reason: { ...reason, code: 'ABORTED' } }, key),
      ).toEqual(first);
    });

    it('is undone to the earlier state with the reason, and can be requested again', async () => {
      const orderId = await approved();
      const { lines, total } = await read(orderId);
      await begin(kind, orderId);
      for (let twice = 0; twice < 2; twice++) expect((await undo(kind, orderId)).body).toEqual({ orderId, state: 'APPROVED' });
      const undone = await read(orderId);
      expect(undone).toMatchObject({
        state: 'APPROVED',
        lines,
        total,
        [kind.last]: { ...reason, sagaId: sagaOf(kind, orderId) },
      });
      expect(undone).not.toHaveProperty('pending');
      expectProblem(await confirm(kind, orderId), 409, 'ORDER_STATE_CONFLICT');
      expectProblem(await begin(kind, orderId), 409, 'ORDER_STATE_CONFLICT');
      const n = undone.commandCount! + 1;
      expect((await begin(kind, orderId, n)).status).toBe(200);
      expect((await confirm(kind, orderId, n)).status).toBe(200);
      expect(await read(orderId)).not.toHaveProperty(kind.last);
    });

    it('refuses every other command meanwhile and says what is pending, on whose behalf', async () => {
      const orderId = await approved();
      await begin(kind, orderId);
      const others = [...kinds.map((other) => begin(other, orderId, 2)), ship(orderId)];
      for (const reply of await Promise.all(others)) {
        expectProblem(reply, 409, 'ORDER_STATE_CONFLICT');
        expect(reply.body.detail).toContain(`is ${kind.pending} (the command to ${kind.command} it`);
        expect(reply.body.detail).toContain(sagaOf(kind, orderId));
      }
      for (const other of kinds) expectProblem(await confirm(other, orderId, 2), 409, 'ORDER_STATE_CONFLICT');
      expectProblem(await order.send('rejectOrder', { orderId, rejection }), 409, 'ORDER_STATE_CONFLICT');
      expectProblem(await order.send('approveOrder', { orderId }), 409, 'ORDER_STATE_CONFLICT');
      expect(await read(orderId)).toMatchObject({ pending: { sagaId: sagaOf(kind, orderId) }, commandCount: 5 });
      expect((await confirm(kind, orderId)).status).toBe(200);
    });

    it('that is undone before it begins is refused when it begins, and blocks no other saga', async () => {
      const orderId = await approved();
      expect((await undo(kind, orderId)).body).toEqual({ orderId, state: 'APPROVED' });
      expectProblem(await begin(kind, orderId), 409, 'ORDER_STATE_CONFLICT');
      expect(await read(orderId)).toMatchObject({ state: 'APPROVED', commandCount: 1, [kind.last]: { code: reason.code } });
      expect((await begin(kind, orderId, 2)).status).toBe(200);
      // The undo of a saga that holds nothing takes nothing from the one that does.
      expect((await undo(kind, orderId, 3)).body).toEqual({ orderId, state: kind.pending });
      expect(await read(orderId)).toMatchObject({ state: kind.pending, pending: { sagaId: sagaOf(kind, orderId, 2) } });
      expectProblem(await begin(kind, orderId, 3), 409, 'ORDER_STATE_CONFLICT');
    });

    it('needs no order to be undone, and begins on none', async () => {
      const orderId = randomUUID();
      expect((await undo(kind, orderId)).body).toEqual({ orderId, state: null });
      expectProblem(await begin(kind, orderId, 2), 409, 'ORDER_NOT_FOUND');
      expectProblem(await confirm(kind, orderId), 409, 'ORDER_NOT_FOUND');
    });

    it('never stays locked when begin and undo race', async () => {
      const orderIds = await Promise.all(Array.from({ length: 10 }, approved));
      await Promise.all(
        orderIds.flatMap((orderId, index) =>
          index % 2 ? [begin(kind, orderId), undo(kind, orderId)] : [undo(kind, orderId), begin(kind, orderId)],
        ),
      );
      for (const orderId of orderIds) expect(await read(orderId)).toMatchObject({ state: 'APPROVED', commandCount: 1 });
    });
  });

  it('in a final state refuses every command, except with the key of one that it has answered', async () => {
    const [rejected, cancelled, shipped] = [creation().orderId, await approved(), await approved()];
    await order.send('createOrder', { ...creation(), orderId: rejected });
    await order.send('rejectOrder', { orderId: rejected, rejection });
    const key = newKey();
    const operationId = sagaOf(cancel, cancelled);
    const first = await order.send('beginOrderCancellation', { orderId: cancelled, operationId }, key);
    await confirm(cancel, cancelled);
    await begin(pay, shipped);
    await confirm(pay, shipped);
    await ship(shipped);
    for (const orderId of [rejected, cancelled, shipped]) {
      const before = await read(orderId);
      const replies = await Promise.all([
        order.send('createOrder', { ...creation(), orderId }),
        order.send('approveOrder', { orderId }),
        ...kinds.flatMap((kind) => [begin(kind, orderId, 7), confirm(kind, orderId, 8)]),
        ship(orderId, 7),
      ]);
      for (const reply of replies) expectProblem(reply, 409, 'ORDER_STATE_CONFLICT');
      expect(await read(orderId)).toMatchObject({ state: before.state, total: before.total });
    }
    expect(first.status).toBe(200);
    expect(await order.send('beginOrderCancellation', { orderId: cancelled, operationId }, key)).toEqual(first);
  });

  it('remembers which request of a caller each operation is for', async () => {
    const operationsOf = async (orderId: string, requestKey: string) =>
      (await order.get(`/orders/${orderId}/operations?requestKey=${encodeURIComponent(requestKey)}`)).body;
    const request = (name: string) => ({ key: `caller/${name}`, fingerprint: `print-${name}` });
    const record = (operationId: string, command: string, name: string, state: string) => {
      const { key: requestKey, fingerprint } = request(name);
      return { items: [{ operationId, command, requestKey, fingerprint, state }] };
    };
    const body = { ...creation(), request: request('create') };
    const { orderId, operationId } = body;
    expect(await operationsOf(orderId, 'caller/create')).toEqual({ items: [] });
    await order.send('createOrder', body);
    expect(await operationsOf(orderId, 'caller/create')).toEqual(record(operationId, 'create', 'create', 'CONFIRMED'));
    await order.send('approveOrder', { orderId });

    const revision = { orderId, operationId: sagaOf(revise, orderId), lines: tokens(5), request: request('revise') };
    await order.send('beginOrderRevision', revision);
    expect(await operationsOf(orderId, 'caller/revise')).toEqual(record(revision.operationId, 'revise', 'revise', 'BEGUN'));
    const refused = { orderId, operationId: sagaOf(cancel, orderId), request: request('cancel') };
    expectProblem(await order.send('beginOrderCancellation', refused), 409, 'ORDER_STATE_CONFLICT');
    expect(await operationsOf(orderId, 'caller/cancel')).toEqual(record(refused.operationId, 'cancel', 'cancel', 'REFUSED'));
    await undo(revise, orderId);
    expect(await operationsOf(orderId, 'caller/revise')).toEqual(record(revision.operationId, 'revise', 'revise', 'UNDONE'));
    const payment = { orderId, operationId: sagaOf(pay, orderId), request: request('pay') };
    await order.send('beginOrderPayment', payment);
    await confirm(pay, orderId);
    const shipping = { orderId, operationId: `ship-order:${orderId}:1`, request: request('ship') };
    await order.send('shipOrder', shipping);
    expect(await operationsOf(orderId, 'caller/pay')).toEqual(record(payment.operationId, 'pay', 'pay', 'CONFIRMED'));
    expect(await operationsOf(orderId, 'caller/ship')).toEqual(record(shipping.operationId, 'ship', 'ship', 'CONFIRMED'));

    const late = { orderId, operationId: sagaOf(cancel, orderId, 9), reason, request: request('late') };
    await order.send('withdrawOrderCancellation', late);
    expect(await operationsOf(orderId, 'caller/late')).toEqual(record(late.operationId, 'cancel', 'late', 'UNDONE'));

    const rejected = { ...creation(), request: request('create') };
    await order.send('createOrder', rejected);
    await order.send('rejectOrder', { orderId: rejected.orderId, rejection });
    expect(await operationsOf(rejected.orderId, 'caller/create')).toMatchObject({ items: [{ state: 'UNDONE' }] });
    const { orderId: tombstone, ...particulars } = rejected;
    const never = randomUUID();
    await order.send('rejectOrder', { orderId: never, rejection, order: particulars });
    expect(await operationsOf(never, 'caller/create')).toMatchObject({ items: [{ state: 'UNDONE' }] });
    expect(await operationsOf(tombstone, 'caller/other')).toEqual({ items: [] });
    const unknown = { ...creation(), lines: [{ sku: 'SKU-GONE', quantity: 1 }], request: request('create') };
    await order.send('createOrder', unknown);
    expect(await operationsOf(unknown.orderId, 'caller/create')).toMatchObject({ items: [{ state: 'REFUSED' }] });
    for (const query of ['', '?requestKey=', '?requestKey=x&limit=1'])
      expectProblem(await order.get(`/orders/${orderId}/operations${query}`), 422, 'VALIDATION_FAILED');
  });

  it('lets one of many commands that begin at once have the order, and counts them all', async () => {
    const orderId = await approved();
    const replies = await Promise.all(Array.from({ length: 9 }, (_, index) => begin(kinds[index % 3]!, orderId, index + 1)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.code === 'ORDER_STATE_CONFLICT')).toHaveLength(8);
    expect((await read(orderId)).commandCount).toBe(9);
  });

  it('prices a revision when it begins, and the order gets it when it is confirmed', async () => {
    const orderId = await approved();
    expect((await begin(revise, orderId)).body).toEqual({
      orderId,
      state: 'REVISION_PENDING',
      oldTotal: EUR(300),
      newTotal: EUR(500),
    });
    expect(await read(orderId)).toMatchObject({
      total: EUR(300),
      lines: [{ quantity: 3 }],
      pending: { total: EUR(500), lines: [{ quantity: 5, unitPrice: EUR(100) }] },
    });
    await confirm(revise, orderId);
    expect(await read(orderId)).toMatchObject({ total: EUR(500), lines: [{ quantity: 5, unitPrice: EUR(100) }] });
  });

  it('refuses a revision with an unknown product, and the order says so to its readers', async () => {
    const orderId = await approved();
    const body = { orderId, operationId: sagaOf(revise, orderId), lines: [{ sku: 'SKU-GONE', quantity: 1 }] };
    expectProblem(await order.send('beginOrderRevision', body), 409, 'UNKNOWN_PRODUCT');
    expectProblem(await order.send('beginOrderRevision', { ...body, lines: tokens(1) }), 409, 'ORDER_STATE_CONFLICT');
    expect(await undo(revise, orderId)).toMatchObject({ status: 200, body: { state: 'APPROVED' } });
    expect(await read(orderId)).toMatchObject({ state: 'APPROVED', commandCount: 1, lastRevision: { code: 'UNKNOWN_PRODUCT' } });
  });

  it('answers who pays what when a payment begins', async () => {
    const orderId = await approved();
    expect((await begin(pay, orderId)).body).toEqual({
      orderId,
      state: 'PAYMENT_PENDING',
      customerId: 'CUST-ALICE',
      total: EUR(300),
    });
  });

  it('ships an order that is paid, once', async () => {
    const orderId = await approved();
    expectProblem(await ship(orderId), 409, 'ORDER_STATE_CONFLICT');
    await begin(pay, orderId, 2);
    await confirm(pay, orderId, 2);
    for (const kind of kinds) expectProblem(await begin(kind, orderId, 3), 409, 'ORDER_STATE_CONFLICT');
    expectProblem(await ship(orderId), 409, 'ORDER_STATE_CONFLICT'); // was refused before: it has ended
    const replies = await Promise.all([4, 5, 6].map((n) => ship(orderId, n)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const shipped = replies.findIndex(({ status }) => status === 200) + 4;
    expect((await ship(orderId, shipped)).body).toEqual({ orderId, state: 'SHIPPED' });
    expectProblem(await ship(orderId, 7), 409, 'ORDER_STATE_CONFLICT');
    expectProblem(await ship(randomUUID()), 409, 'ORDER_NOT_FOUND');
    for (const kind of kinds) expectProblem(await begin(kind, orderId, 8), 409, 'ORDER_STATE_CONFLICT');
    expect((await read(orderId)).state).toBe('SHIPPED');
  });

  it('says each change in an event that the catalogue of events knows, version by version', async () => {
    const orderId = await approved();
    await begin(revise, orderId, 1);
    await confirm(revise, orderId, 1);
    await begin(revise, orderId, 2);
    await undo(revise, orderId, 2);
    await undo(cancel, orderId, 3);
    await begin(cancel, orderId, 4);
    await undo(cancel, orderId, 4);
    await begin(pay, orderId, 5);
    await begin(cancel, orderId, 6);
    await undo(pay, orderId, 5);
    await begin(pay, orderId, 7);
    await confirm(pay, orderId, 7);
    await ship(orderId, 8);
    const cancelled = await approved();
    await begin(cancel, cancelled);
    await confirm(cancel, cancelled);
    const rows = (await order.facts('order', orderId, cancelled)).filter(({ version }) => version > 2);
    expect(rows.map(({ name, version }) => `${version} ${name}`)).toEqual([
      '3 order.revision-begun.v1',
      '4 order.revised.v1',
      '5 order.revision-begun.v1',
      '6 order.revision-undone.v1',
      '7 order.cancellation-undone.v1',
      '8 order.cancellation-begun.v1',
      '9 order.cancellation-undone.v1',
      '10 order.payment-begun.v1',
      '11 order.payment-undone.v1',
      '12 order.payment-begun.v1',
      '13 order.paid.v1',
      '14 order.shipped.v1',
      '3 order.cancellation-begun.v1',
      '4 order.cancelled.v1',
    ]);
    for (const { name, data } of rows)
      expect(orderEvents[name as keyof typeof orderEvents].safeParse(JSON.parse(data)).error, name).toBeUndefined();
  });
});
