import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { pinNewTypes } from '../../apps/hooks/endpoints/pin-new-types.js';
import { eventually } from '../support/api.js';
import { approved, command, HOUR, placed, useDeliveries } from './deliveries.harness.js';
import { Receiver, status } from './receiver.harness.js';

const context = useDeliveries();

describe('an endpoint', () => {
  it('that is paused is sent nothing, and then everything', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.follow();
    await context.harness.endpoints.change(hook.hookId, { state: 'paused' });
    await context.harness.log(placed());
    expect(await context.harness.run()).toBe(0);
    expect((await context.harness.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['held', 'held']);
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    expect(await context.harness.run()).toBe(2);
  });

  it.each([
    ['enabled', 'paused', 'pending'],
    ['paused', 'enabled', 'held'],
  ] as const)('that is %s while the fan-out sees it %s gets the queued delivery', async (to, from, state) => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.endpoints.change(hook.hookId, { state: from });
    const [eventId] = await context.harness.log(placed());
    const held = await context.harness.admin.connect();
    try {
      // The fan-out has read the endpoint and waits for this row, which is never committed.
      await held.query('begin');
      await held.query(
        `insert into hooks.delivery (hook_id, event_id, position, type, type_version, state, trigger, next_attempt_at, created_at)
         values ($1, $2, 1, 'order.placed', 1, 'pending', 'auto', now(), now())`,
        [hook.hookId, eventId],
      );
      const fanningOut = context.harness.fanOut.step();
      await eventually(
        async () =>
          (
            await context.harness.admin.query(
              `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )
          ).rowCount,
        (waiting) => waiting === 1,
      );
      await context.harness.endpoints.change(hook.hookId, { state: to });
      await held.query('rollback');
      await fanningOut;
    } finally {
      held.release(true);
    }
    await context.harness.sweeper.sweep();
    expect((await context.harness.deliveriesOf(hook.hookId)).map((delivery) => delivery.state)).toEqual([state]);
    expect(await context.harness.run()).toBe(to === 'enabled' ? 1 : 0);
  });

  it('that is deleted during a delivery receives nothing more and affects no other', async () => {
    const neighbour = await Receiver.start();
    let answer: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      context.receiver.answer = (response) => {
        answer = () => void response.writeHead(500).end();
        resolve();
      };
    });
    const hook = await context.harness.hook({ url: context.receiver.url, maxInFlight: 1 });
    const other = await context.harness.hook({ url: neighbour.url });
    await context.harness.log(placed(), placed());
    await context.harness.follow();
    await context.harness.worker.dispatch();
    await arrived;
    await context.harness.endpoints.remove(hook.hookId);
    answer();
    await context.harness.worker.idle();
    context.clock.forward(10 * HOUR);
    await context.harness.run();
    await expect(context.harness.endpoints.get(hook.hookId)).rejects.toMatchObject({ problem: { code: 'HOOK_NOT_FOUND' } });
    expect(context.receiver.received.length).toBeLessThanOrEqual(2);
    expect((await context.harness.deliveriesOf(other.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    await neighbour.stop();
  });

  it('does not get what it no longer wants', async () => {
    context.receiver.answer = status(500);
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.placed', 'order.shipped'] });
    await context.harness.log(placed());
    await context.harness.run();
    await context.harness.endpoints.change(hook.hookId, { types: ['order.shipped'] });
    context.clock.forward(10);
    expect(await context.harness.run()).toBe(0);
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'cancelled', lastError: 'type_removed' }]);
  });

  it('that selects other types keeps the versions it has, until it names another', async () => {
    const { hookId } = await context.harness.hook({ url: context.receiver.url, types: ['order.approved'] });
    // As it was pinned when version 1 was the newest.
    await context.harness.admin.query(`update hooks.endpoint set version_pins = '{"order.approved": 1}' where hook_id = $1`, [
      hookId,
    ]);
    const added = await context.harness.endpoints.change(hookId, { types: ['order.approved', 'order.shipped'] });
    expect(added.versions).toEqual({ 'order.approved': 1, 'order.shipped': 1 });
    const other = await context.harness.hook({ url: context.receiver.url, types: ['order.approved@1'] });
    const moved = await context.harness.endpoints.change(other.hookId, { types: ['order.approved@2'] });
    expect(moved.versions).toEqual({ 'order.approved': 2 });
    await context.harness.log(approved('ORDER-PINNED'));
    await context.harness.run();
    expect(context.receiver.received.map(({ event }) => event.type).toSorted()).toEqual([
      'com.roundtrip.order.approved.v1',
      'com.roundtrip.order.approved.v2',
    ]);
    // Deliveries show the id that was sent, which is another one in another version than that of the log.
    for (const id of [hookId, other.hookId]) {
      const [delivery] = await context.harness.deliveriesOf(id);
      expect(delivery!.eventId).toBe(delivery!.attempts[0]!.requestHeaders['webhook-id']);
      const again = await context.harness.deliveries.redeliver(id, delivery!.deliveryId, { fingerprint: id });
      expect(again.eventId).toBe(delivery!.eventId);
    }
    expect(context.receiver.ids.map((id) => id.slice(36)).toSorted()).toEqual(['', '-v2']);
  });

  it('gets a type that appears later in the version that was then the newest', async () => {
    const { hookId, versions } = await context.harness.hook({ url: context.receiver.url, types: ['order.*'] });
    // As it was saved before there was a type order.approved.
    await context.harness.admin.query(
      `update hooks.endpoint set version_pins = version_pins - 'order.approved' where hook_id = $1`,
      [hookId],
    );
    await pinNewTypes(context.harness.database);
    expect((await context.harness.endpoints.get(hookId)).versions).toEqual(versions);
    // A pin that is there stays.
    await context.harness.admin.query(
      `update hooks.endpoint set version_pins = version_pins || '{"order.approved": 1}' where hook_id = $1`,
      [hookId],
    );
    await pinNewTypes(context.harness.database);
    expect((await context.harness.endpoints.get(hookId)).versions).toEqual({ ...versions, 'order.approved': 1 });
  });

  it('whose secret is rotated gets both signatures, and later the new one alone', async () => {
    context.receiver.answer = status(500);
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.run();
    const { secret } = await context.harness.endpoints.rotateSecret(hook.hookId, { expireAfterSeconds: 400 }, command);
    context.clock.forward(5);
    await context.harness.run();
    context.clock.forward(500);
    await context.harness.run();
    const verifies = (n: number, by: string) => {
      const { body, headers } = context.receiver.received[n]!;
      const signatures = String(headers['webhook-signature']).split(' ');
      const timestamp = new Date(Number(headers['webhook-timestamp']) * 1_000);
      const expected = new Webhook(by).sign(String(headers['webhook-id']), timestamp, body);
      return signatures.indexOf(expected);
    };
    expect([verifies(0, hook.secret), verifies(0, secret)]).toEqual([0, -1]);
    expect([verifies(1, hook.secret), verifies(1, secret)], 'the new one first').toEqual([1, 0]);
    expect([verifies(2, hook.secret), verifies(2, secret)]).toEqual([-1, 0]);
    expect(new Set(context.receiver.ids).size).toBe(1);
  });

  it('keeps its secrets encrypted', async () => {
    const { secret } = await context.harness.hook({ url: context.receiver.url });
    const { rows } = await context.harness.admin.query<{ all: string }>(
      `select string_agg(encode(ciphertext, 'escape'), '') as all from hooks.endpoint_secret`,
    );
    expect(rows[0]!.all).not.toContain(secret.slice(6, 20));
  });

  it('that has to prove itself is enabled by the echo of its challenge and by nothing less', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, verify: true });
    await context.harness.log(placed());
    await context.harness.run();
    expect(await context.harness.endpoints.get(hook.hookId)).toMatchObject({ state: 'pending' });
    expect(context.receiver.received.map(({ event }) => event.type)).toEqual(['com.roundtrip.hooks.endpoint.verify.v1']);
    context.receiver.answer = (response, { event }) => {
      const { challenge } = event.data as { challenge: string };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ challenge }));
    };
    context.clock.forward(5);
    await context.harness.run();
    expect(await context.harness.endpoints.get(hook.hookId)).toMatchObject({ state: 'enabled' });
    await context.harness.log(placed());
    await context.harness.run();
    expect(context.receiver.received.at(-1)!.event.type).toBe('com.roundtrip.order.placed.v1');
  });

  it('is sent a test even while it is paused, and once for one key', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.endpoints.change(hook.hookId, { state: 'paused' });
    const first = await context.harness.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'a' });
    expect(await context.harness.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'a' })).toEqual(first);
    await expect(context.harness.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'b' })).rejects.toMatchObject({
      problem: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await context.harness.run()).toBe(1);
    expect(
      new Webhook(hook.secret).sign(
        context.receiver.ids[0]!,
        new Date(Number(context.receiver.received[0]!.headers['webhook-timestamp']) * 1_000),
        context.receiver.received[0]!.body,
      ),
    ).toBe(context.receiver.received[0]!.headers['webhook-signature']);
  });
});
