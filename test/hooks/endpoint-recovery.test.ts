import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { TRIM_LOCK } from '../../libs/messaging/log/trim-lock.js';
import { eventually } from '../support/api.js';
import { command, HOUR, placed, useDeliveries } from './deliveries.harness.js';
import { ok, status } from './receiver.harness.js';

const context = useDeliveries();

describe('an endpoint', () => {
  it('that fails for five days is warned about, disabled and announced, once each', async () => {
    context.receiver.answer = status(500);
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    for (let hour = 0; hour <= 120; hour += 2) {
      await context.harness.run();
      await context.harness.sweeper.sweep();
      context.clock.forward(2 * HOUR);
    }
    const about = (await context.harness.outboxEvents()).filter(({ data }) => data['hookId'] === hook.hookId);
    expect(about.map(({ type, data }) => [type, data['percent'] ?? data['reason'] ?? null])).toEqual([
      ['hooks.endpoint.warned', 50],
      ['hooks.endpoint.exhausted', null],
      ['hooks.endpoint.warned', 70],
      ['hooks.endpoint.warned', 90],
      ['hooks.endpoint.disabled', 'failing'],
    ]);
    await context.harness.log(placed());
    expect(await context.harness.run()).toBe(0);
    expect(await context.harness.deliveriesOf(hook.hookId), 'no rows while it is disabled').toHaveLength(1);

    // Enabled again it starts from now on, and says when it works again.
    context.receiver.answer = ok;
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    await context.harness.log(placed());
    await context.harness.run();
    expect((await context.harness.outboxEvents()).at(-1)).toMatchObject({
      type: 'hooks.endpoint.recovered',
      data: { hookId: hook.hookId },
    });
    expect(await context.harness.deliveriesOf(hook.hookId)).toHaveLength(2);

    // The hole is filled by a recovery, and by nothing twice.
    const sentBefore = context.receiver.received.length;
    await context.harness.recoveryRequests.recover(
      hook.hookId,
      { since: new Date(context.clock.now().getTime() - 10 * 86_400_000).toISOString(), types: ['order.placed'] },
      command,
    );
    while (await context.harness.recoveries.step());
    const [, , running] = await context.harness.deliveriesOf(hook.hookId);
    expect(running).toBeDefined();
    await context.harness.run();
    const again = context.receiver.ids.slice(sentBefore);
    expect(new Set(again).size).toBe(again.length);
    const deliveries = await context.harness.deliveriesOf(hook.hookId);
    const succeeded = deliveries.filter(({ state }) => state === 'succeeded').map(({ eventId }) => eventId);
    expect(new Set(succeeded).size, 'each event once').toBe(succeeded.length);
    expect(new Set(deliveries.map(({ eventId }) => eventId))).toEqual(new Set(succeeded));
  });

  it('is warned about although hundreds fail for longer that have had their warning', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    const failing = (days: number) => new Date(context.clock.now().getTime() - days * 24 * HOUR * 1_000);
    await context.harness.admin.query(
      `insert into hooks.endpoint (url, description, state, types, exact_types, services, start_position, created_at, updated_at,
         failing_since, failures, warned_percent)
       select 'http://127.0.0.1:1/', 'warned', 'enabled', array['rail.*'], '{}', array['none'], 0, $1, $1, $1, 3, 50
       from generate_series(1, 300)`,
      [failing(3)],
    );
    await context.harness.admin.query('update hooks.endpoint set failing_since = $2, failures = 3 where hook_id = $1', [
      hook.hookId,
      failing(2.5),
    ]);
    const warned = async () =>
      (await context.harness.outboxEvents()).filter(
        ({ type, data }) => type === 'hooks.endpoint.warned' && data['hookId'] === hook.hookId,
      );
    try {
      await context.harness.sweeper.sweep();
      expect(await warned()).toMatchObject([{ data: { percent: 50 } }]);
    } finally {
      await context.harness.admin.query(`delete from hooks.endpoint where description = 'warned'`);
    }
  });

  it('that is disabled in the middle of a recovery gets the rest when it is enabled again', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    const { rows } = await context.harness.admin.query<{ position: string }>(
      `with logged as (
         insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         select gen_random_uuid(), 'order', 'order.placed', 1, 'order', 'MANY-' || n, 1, 'MANY-' || n, now(), '{}' from generate_series(1, 1500) n
         returning position
       ) select min(position) as position from logged`,
    );
    await context.harness.follow();
    await context.harness.admin.query('delete from hooks.delivery where hook_id = $1', [hook.hookId]);
    const since = rows[0]!.position.padStart(20, '0');
    const { recoveryId } = await context.harness.recoveryRequests.recover(hook.hookId, { since }, command);
    const standing = () => context.harness.recoveryRequests.get(hook.hookId, recoveryId);
    expect(await context.harness.recoveries.step()).toBe(true);
    expect(await standing()).toMatchObject({ state: 'running', queued: 1_000 });
    await context.harness.admin.query(
      `update hooks.endpoint set state = 'disabled', disabled_reason = 'gone' where hook_id = $1`,
      [hook.hookId],
    );
    expect(await context.harness.recoveries.step()).toBe(false);
    expect(await standing()).toMatchObject({ state: 'running', queued: 1_000 });
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    while (await context.harness.recoveries.step());
    expect(await standing()).toMatchObject({ state: 'done', queued: 1_500 });
  });

  it('that is paused while it is mended has all its time again afterwards', async () => {
    context.receiver.answer = status(500);
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(...Array.from({ length: 10 }, placed));
    for (let day = 0; day < 2; day++) {
      await context.harness.run();
      context.clock.forward(24 * HOUR);
    }
    await context.harness.admin.query('update hooks.endpoint set failures = 10 where hook_id = $1', [hook.hookId]);
    await context.harness.endpoints.change(hook.hookId, { state: 'paused' });
    context.clock.forward(6 * 24 * HOUR);
    await context.harness.sweeper.sweep();
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    await context.harness.sweeper.sweep();
    const { state, health } = await context.harness.endpoints.get(hook.hookId);
    expect({ state, ...health }).toMatchObject({ state: 'enabled', failures: 0, failingSince: null, breakerOpenUntil: null });
    context.receiver.answer = ok;
    await context.harness.run();
    expect((await context.harness.deliveriesOf(hook.hookId)).map((delivery) => delivery.state)).toEqual(
      Array.from({ length: 10 }, () => 'succeeded'),
    );
  });

  it('says at most once an hour that deliveries were given up', async () => {
    context.receiver.answer = status(413);
    const hook = await context.harness.hook({ url: context.receiver.url });
    const exhausted = async () =>
      (await context.harness.outboxEvents()).filter(
        ({ type, data }) => type === 'hooks.endpoint.exhausted' && data['hookId'] === hook.hookId,
      ).length;
    await context.harness.log(placed(), placed(), placed());
    await context.harness.run();
    context.clock.forward(HOUR - 1);
    await context.harness.log(placed());
    await context.harness.run();
    expect(await exhausted()).toBe(1);
    context.clock.forward(1);
    await context.harness.log(placed());
    await context.harness.run();
    expect(await exhausted()).toBe(2);
  });

  it('can be sent an event once more, under the same id', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.run();
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    const again = await context.harness.deliveries.redeliver(hook.hookId, delivery!.deliveryId, command);
    expect(again).toMatchObject({ trigger: 'manual', eventId: delivery!.eventId, state: 'pending' });
    await context.harness.run();
    expect(context.receiver.ids).toEqual([delivery!.eventId, delivery!.eventId]);
  });

  it('is not sent an event once more that the log has trimmed', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.placed'] });
    await context.harness.log(placed());
    await context.harness.run();
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    await context.harness.admin.query('delete from events.log where event_id = $1', [delivery!.eventId]);
    const refusal: unknown = await context.harness.deliveries
      .redeliver(hook.hookId, delivery!.deliveryId, { ...command, key: 'too late' })
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ problem: { status: 404, code: 'EVENT_NOT_FOUND' } });
    const all = await context.harness.deliveries.redeliverAll(
      hook.hookId,
      { state: 'succeeded' },
      { ...command, key: 'all too late' },
    );
    expect(all).toEqual({ queued: 0, next: null });
  });

  it('has a recovery refused if the log loses its first event while it is requested', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.placed'] });
    const since = new Date().toISOString();
    const [first] = await context.harness.log(placed());
    const trimming = await context.harness.admin.connect();
    try {
      await trimming.query('begin');
      await trimming.query('select pg_advisory_xact_lock($1)', [TRIM_LOCK]);
      const requested = context.harness.recoveryRequests.recover(hook.hookId, { since }, { ...command, key: 'beside the trim' });
      requested.catch(() => {}); // looked at below
      await eventually(
        () =>
          trimming.query(`select 1 from pg_locks where locktype = 'advisory' and not granted and database =
          (select oid from pg_database where datname = current_database())`),
        ({ rowCount }) => rowCount === 1,
      );
      const { rows } = await trimming.query<{ position: string }>(
        'delete from events.log where event_id = $1 returning position',
        [first],
      );
      await trimming.query('commit');
      const next = sequenceOf(Number(rows[0]!.position) + 1);
      await expect(requested).rejects.toMatchObject({
        problem: { status: 422, code: 'EVENTS_TRIMMED', errors: [{ pointer: '/since', detail: `must be ${next} or later` }] },
      });
    } finally {
      trimming.release(true);
    }
  });
});
