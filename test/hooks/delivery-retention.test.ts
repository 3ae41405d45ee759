import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { command, HOUR, placed, useDeliveries } from './deliveries.harness.js';
import { ok, status } from './receiver.harness.js';

const context = useDeliveries();
const DAY = 24 * HOUR;

describe('retention of deliveries', () => {
  it('keeps what finished, with its attempts and recoveries, for its retention, and holds nothing for longer', async () => {
    context.receiver.answer = ok;
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.placed'] });
    await context.harness.log(placed());
    await context.harness.run();
    // Behind the end of the log, so that the recovery takes no event of another test.
    const { rows: ends } = await context.harness.admin.query<{ head: string }>('select max(position) as head from events.log');
    const since = sequenceOf(Number(ends[0]!.head) + 1);
    await context.harness.recoveryRequests.recover(hook.hookId, { since }, { ...command, key: 'a key of thirty days ago' });
    while (await context.harness.recoveries.step());
    await context.harness.endpoints.change(hook.hookId, { state: 'paused' });
    await context.harness.log(placed());
    await context.harness.follow();
    const left = async () => {
      await context.harness.sweeper.sweep();
      const { rows } = await context.harness.admin.query<Record<string, number>>(
        `select (select count(*)::int from hooks.delivery where hook_id = $1 and state = 'succeeded') as succeeded,
                (select count(*)::int from hooks.delivery where hook_id = $1 and state = 'held') as held,
                (select count(*)::int from hooks.delivery where hook_id = $1 and last_error = 'held_too_long') as "givenUp",
                (select count(*)::int from hooks.attempt join hooks.delivery using (delivery_id) where hook_id = $1) as attempts,
                (select count(*)::int from hooks.recovery where hook_id = $1) as recoveries,
                (select count(*)::int from hooks.command where key = 'a key of thirty days ago') as keys`,
        [hook.hookId],
      );
      return rows[0];
    };
    context.clock.forward(23 * 3_600);
    expect(await left()).toEqual({ succeeded: 1, held: 1, givenUp: 0, attempts: 1, recoveries: 1, keys: 1 });
    context.clock.forward(29 * 24 * 3_600);
    expect(await left()).toEqual({ succeeded: 1, held: 1, givenUp: 0, attempts: 1, recoveries: 1, keys: 0 });
    context.clock.forward(2 * 24 * 3_600);
    expect(await left()).toEqual({ succeeded: 0, held: 0, givenUp: 1, attempts: 0, recoveries: 0, keys: 0 });

    // The log has it still.
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    await context.harness.recoveryRequests.recover(hook.hookId, { since }, { ...command, key: 'after a long pause' });
    while (await context.harness.recoveries.step());
    context.receiver.received.length = 0;
    await context.harness.run();
    expect(context.receiver.received).toHaveLength(1);
  });

  it('removes deliveries batch after batch once their time is over, however many there are', async () => {
    const { hookId } = await context.harness.hook({ url: context.receiver.url });
    await context.harness.admin.query(
      `insert into hooks.delivery (hook_id, event_id, position, type, type_version, state, trigger, next_attempt_at, created_at, finished_at)
       select $1, gen_random_uuid(), n, 'order.placed', 1, 'exhausted', 'auto', $2, $2, $2 from generate_series(1, 2500) n`,
      [hookId, context.clock.now()],
    );
    context.clock.forward(31 * 24 * HOUR);
    expect(await context.harness.sweeper.sweep()).toBe(true);
    expect(await context.harness.sweeper.sweep()).toBe(false);
    const { rowCount } = await context.harness.admin.query('select from hooks.delivery where hook_id = $1', [hookId]);
    expect(rowCount).toBe(0);
  });

  it('gives up what a hook has never got because its rate is too low, and a recovery sends it', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.placed'], ratePerSecond: 1 });
    await context.harness.log(placed(), placed(), placed());
    expect(await context.harness.run()).toBe(1);
    context.clock.forward(29 * DAY);
    await context.harness.sweeper.sweep();
    const waiting = () => errorsOf(hook.hookId, 'pending');
    expect(await waiting()).toEqual([null, null]);
    context.clock.forward(2 * DAY);
    await context.harness.sweeper.sweep();
    expect(await waiting()).toEqual([]);
    expect(await errorsOf(hook.hookId, 'cancelled')).toEqual(['waited_too_long', 'waited_too_long']);
    const readers = await context.harness.admin.query(`select from hooks.log_reader where name = 'unsent deliveries'`);
    expect(readers.rowCount).toBe(0);

    const [first] = await context.harness.deliveriesOf(hook.hookId);
    await context.harness.recoveryRequests.recover(
      hook.hookId,
      { since: first!.sequence! },
      { ...command, key: 'a higher rate' },
    );
    while (await context.harness.recoveries.step());
    expect(await context.harness.run()).toBe(1);
    context.clock.forward(1);
    expect(await context.harness.run()).toBe(1);
  });

  it('gives up what waits for failing events of its aggregate, and goes on with what fails', async () => {
    context.receiver.answer = status(400);
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.*'] });
    const aggregateId = randomUUID();
    await context.harness.log(
      { type: 'order.placed', aggregateId, aggregateVersion: 1 },
      { type: 'order.rejected', aggregateId, aggregateVersion: 2 },
    );
    await context.harness.run();
    context.clock.forward(31 * DAY);
    await context.harness.sweeper.sweep();
    expect(await errorsOf(hook.hookId, 'retrying')).toHaveLength(1);
    expect(await errorsOf(hook.hookId, 'cancelled')).toEqual(['waited_too_long']);
  });
});

/** The last error of each delivery in a state. */
async function errorsOf(hookId: string, state: string): Promise<(string | null)[]> {
  const { rows } = await context.harness.admin.query<{ error: string | null }>(
    'select last_error as error from hooks.delivery where hook_id = $1 and state = $2',
    [hookId, state],
  );
  return rows.map(({ error }) => error);
}
