import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { eventually } from '../support/api.js';
import { HooksHarness, ManualClock } from './hooks.harness.js';
import { type Answer, ok, Receiver, status } from './receiver.harness.js';

const DAY = 86_400;

let clock: ManualClock;
let harness: HooksHarness;
let receiver: Receiver;
beforeAll(async () => {
  clock = new ManualClock();
  harness = await HooksHarness.open({ clock, hooksPerKey: 3 });
});
afterAll(() => harness.close());
beforeEach(async () => {
  clock.forward(1);
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const { hookId } of (await harness.endpoints.list({ limit: 200 })).items) await harness.endpoints.remove(hookId);
  await receiver.stop();
});

let order = 0;
const placed = () => ({ type: 'order.placed', aggregateId: `ORDER-${++order}`, aggregateVersion: 1 });
const approved = () => {
  const orderId = `ORDER-${++order}`;
  const data = { orderId, customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
  return { type: 'order.approved', aggregateId: orderId, aggregateVersion: 1, data };
};
const command = () => ({ fingerprint: randomUUID() });
const types = () => receiver.received.map(({ event }) => event.type.replace('com.roundtrip.', ''));
const challengeOf = ({ event }: { event: { data?: unknown } }) => (event.data as { challenge?: string }).challenge ?? '';
/** A receiver that proves itself. */
const echo: Answer = (response, request) => void response.writeHead(200).end(challengeOf(request));

describe('a hook that has to prove itself', () => {
  it('is sent another challenge when that is asked for, and the one before proves nothing any more', async () => {
    const { hookId } = await harness.hook({ url: receiver.url, verify: true });
    await harness.run();
    clock.forward(10 * DAY);
    for (let n = 0; n < 10; n++) {
      await harness.run();
      clock.forward(DAY);
    }
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'pending' });
    const tried = receiver.received.length;
    expect(tried, 'all its attempts are used up').toBe(10);

    // The answer to the first of two challenges comes when the second has been asked for.
    let late: ServerResponse | undefined;
    receiver.answer = (response) => (late = response);
    await harness.endpoints.verify(hookId, command());
    await harness.worker.dispatch();
    await eventually(
      async () => late,
      (it) => it !== undefined,
    );
    await harness.endpoints.verify(hookId, command());
    late!.writeHead(200).end(challengeOf(receiver.received.at(-1)!));
    await harness.worker.idle();
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'pending' });

    receiver.answer = echo;
    await harness.run();
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'enabled' });
    await expect(harness.endpoints.verify(hookId, command())).rejects.toMatchObject({ problem: { code: 'HOOK_STATE_CONFLICT' } });
  });

  it('proves a new URL, too, and gets there what came meanwhile', async () => {
    receiver.answer = echo;
    const { hookId } = await harness.hook({ url: receiver.url, verify: true });
    await harness.run();
    await harness.endpoints.change(hookId, { description: 'the same URL' });
    expect(await harness.endpoints.change(hookId, { url: receiver.url })).toMatchObject({ state: 'enabled' });

    const victim = await Receiver.start();
    const moved = await harness.endpoints.change(hookId, { url: victim.url });
    expect(moved).toMatchObject({ state: 'pending', url: victim.url });
    await harness.log(placed());
    await harness.run();
    await harness.sweeper.sweep();
    await harness.run();
    expect(victim.received.map(({ event }) => event.type)).toEqual(['com.roundtrip.hooks.endpoint.verify.v1']);
    expect(await harness.deliveriesOf(hookId)).toContainEqual(expect.objectContaining({ type: 'order.placed', state: 'held' }));
    const written = () => harness.admin.query(`select xmin from hooks.delivery where hook_id = $1 and state = 'held'`, [hookId]);
    const { rows: held } = await written();
    await harness.sweeper.sweep();
    expect((await written()).rows, 'what waits for the proof is not written again').toEqual(held);
    await expect(harness.endpoints.change(hookId, { state: 'enabled' })).rejects.toMatchObject({
      problem: { code: 'HOOK_STATE_CONFLICT', detail: expect.stringContaining('/verify') as string },
    });

    victim.answer = echo;
    await harness.endpoints.verify(hookId, command());
    await harness.run();
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'enabled' });
    expect(victim.received.at(-1)!.event.type).toBe('com.roundtrip.order.placed.v1');
    await victim.stop();
  });

  it('continues in its state: paused, or disabled until an operator enables it', async () => {
    receiver.answer = echo;
    const { hookId } = await harness.hook({ url: receiver.url, verify: true });
    await harness.run();
    await harness.endpoints.change(hookId, { state: 'paused' });
    expect(await harness.endpoints.change(hookId, { url: `${receiver.url}/2` })).toMatchObject({ state: 'pending' });
    await harness.run();
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'paused' });

    await harness.endpoints.change(hookId, { state: 'enabled' });
    receiver.answer = status(410);
    await harness.log(placed());
    await harness.run();
    expect(await harness.endpoints.change(hookId, { url: `${receiver.url}/3` })).toMatchObject({ state: 'disabled' });
    receiver.answer = echo;
    await harness.run();
    expect(await harness.endpoints.change(hookId, { state: 'enabled' })).toMatchObject({ state: 'pending' });
    await harness.run();
    expect(await harness.endpoints.get(hookId)).toMatchObject({ state: 'enabled' });
  });

  it('asks nothing of one that never had to', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    expect(await harness.endpoints.change(hookId, { url: `${receiver.url}/2` })).toMatchObject({ state: 'enabled' });
  });
});

describe('a pinned version', () => {
  it('is set when the first event of a type comes that nothing is pinned for', async () => {
    const { hookId, versions } = await harness.hook({ url: receiver.url });
    // As a process of the release before saves it, which does not know the type.
    await harness.admin.query(`update hooks.endpoint set version_pins = version_pins - 'order.approved' where hook_id = $1`, [
      hookId,
    ]);
    await harness.log(approved());
    await harness.run();
    expect(types()).toEqual(['order.approved.v2']);
    expect((await harness.endpoints.get(hookId)).versions).toEqual(versions);
  });

  it('is sent or nothing is: an event that cannot be rendered in it waits, and says why', async () => {
    const { hookId } = await harness.hook({ url: receiver.url, types: ['order.approved'] });
    // As a hook was pinned by a later release that was rolled back.
    await harness.admin.query(`update hooks.endpoint set version_pins = '{"order.approved": 9}' where hook_id = $1`, [hookId]);
    await harness.log(approved());
    await harness.run();
    expect(receiver.received).toEqual([]);
    const [delivery] = await harness.deliveriesOf(hookId);
    expect(delivery).toMatchObject({ state: 'retrying', lastError: 'internal' });
    expect(delivery!.attempts[0]!.detail).toMatch(/cannot be rendered as com\.roundtrip\.order\.approved\.v9, .*PATCH types/);
    expect(await harness.endpoints.get(hookId), 'no verdict on the endpoint').toMatchObject({ health: { failures: 0 } });
  });
});

it('gives an event up at once whose data cannot fit the pinned version, and the next of its aggregate goes on', async () => {
  const { hookId } = await harness.hook({ url: receiver.url, types: ['order.approved@2', 'order.cancelled'] });
  const event = approved();
  const { aggregateId } = event;
  await harness.log(
    { ...event, data: { orderId: aggregateId } },
    { type: 'order.cancelled', aggregateId, aggregateVersion: 2, data: {} },
  );
  await harness.run();
  expect(types()).toEqual(['order.cancelled.v1']);
  const [first] = await harness.deliveriesOf(hookId);
  expect(first).toMatchObject({ state: 'exhausted', attemptCount: 1, lastError: 'unfit' });
  expect(first!.attempts[0]!.detail).toMatch(/cannot be rendered as com\.roundtrip\.order\.approved\.v2, .*PATCH types/);
  expect(await harness.endpoints.get(hookId), 'no verdict on the endpoint').toMatchObject({ health: { failures: 0 } });
});

describe('a recovery of what is older than the deliveries that are kept', () => {
  it('is refused for succeeded deliveries, with the valid states', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    await harness.log(placed());
    await harness.run();
    const since = new Date(clock.now().getTime() - 1).toISOString();
    clock.forward(31 * DAY);
    await harness.log(placed());
    await harness.run();
    await harness.sweeper.sweep();
    const kept = await harness.deliveriesOf(hookId);
    expect(kept, 'the first has been removed').toHaveLength(1);

    const refusal: unknown = await harness.recoveryRequests
      .recover(hookId, { since }, command())
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      problem: { code: 'DELIVERIES_TRIMMED', status: 422, detail: expect.stringContaining('onlyMissing') as string },
    });
    const first = /\d{20}/.exec((refusal as ProblemException).problem.errors![0]!.detail)![0];
    await harness.recoveryRequests.recover(hookId, { since: first }, command());
    while (await harness.recoveries.step());
    expect(await harness.run(), 'nothing was missed').toBe(0);
    await harness.recoveryRequests.recover(hookId, { since, onlyMissing: false }, command());
    while (await harness.recoveries.step());
    expect(await harness.run(), 'both').toBe(2);
  });

  it('expires when they are removed while it waits', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    const since = new Date(clock.now().getTime() - 1).toISOString();
    await harness.log(placed());
    await harness.run();
    const { recoveryId } = await harness.recoveryRequests.recover(hookId, { since }, command());
    clock.forward(31 * DAY);
    await harness.sweeper.sweep();
    while (await harness.recoveries.step());
    expect(await harness.recoveryRequests.get(hookId, recoveryId)).toMatchObject({ state: 'expired', queued: 0 });
    expect(await harness.run()).toBe(0);
  });

  it('expires when they are removed in the middle of one of its steps', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    const since = new Date(clock.now().getTime() - 1).toISOString();
    await harness.log(placed());
    await harness.run();
    const { recoveryId } = await harness.recoveryRequests.recover(hookId, { since }, command());
    // Holds the step up where it has found that it may go on, and is about to read the log.
    const holding = await harness.admin.connect();
    try {
      await holding.query('begin; lock table events.log');
      const step = harness.recoveries.step();
      await eventually(
        () =>
          harness.admin.query(
            `select from pg_locks where relation = 'events.log'::regclass and not granted
             and database = (select oid from pg_database where datname = current_database())`,
          ),
        ({ rowCount }) => rowCount === 1,
      );
      await harness.admin.query('delete from hooks.delivery where hook_id = $1', [hookId]);
      await holding.query('commit');
      await step;
    } finally {
      holding.release(true);
    }
    while (await harness.recoveries.step());
    expect(await harness.recoveryRequests.get(hookId, recoveryId)).toMatchObject({ state: 'expired', queued: 0 });
    expect(await harness.run()).toBe(0);
  });

  it('is refused where the log has lost events since then, and says from where on it has all of them', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    const since = new Date(clock.now().getTime() - 1).toISOString();
    const [lost] = await harness.log(placed(), placed());
    await harness.run();
    await harness.admin.query('delete from events.log where event_id = $1', [lost]);
    const wanted = { since, onlyMissing: false };
    const refusal: unknown = await harness.recoveryRequests.recover(hookId, wanted, command()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ problem: { code: 'EVENTS_TRIMMED', status: 422 } });
    const first = /\d{20}/.exec((refusal as ProblemException).problem.errors![0]!.detail)![0];
    await harness.recoveryRequests.recover(hookId, { since: first, onlyMissing: false }, command());
    while (await harness.recoveries.step());
    expect(await harness.run()).toBe(1);
  });
});

describe('deliveries', () => {
  it('that are exhausted are sent again together, except those that have arrived meanwhile', async () => {
    receiver.answer = status(413);
    const { hookId } = await harness.hook({ url: receiver.url, types: ['order.*', 'trip.*'] });
    const [first, second] = await harness.log(placed(), placed());
    await harness.log({ type: 'trip.booked', aggregateId: randomUUID(), aggregateVersion: 1 });
    await harness.run();
    receiver.answer = ok;
    const exhausted = await harness.deliveries.list(hookId, { state: 'exhausted', limit: 10 });
    const one = exhausted.items.find(({ eventId }) => eventId === first)!;
    await harness.deliveries.redeliver(hookId, one.deliveryId, command());
    await harness.run();
    receiver.received.length = 0;
    const wanted = { state: 'exhausted' as const, types: ['order.placed'] };
    expect(await harness.deliveries.redeliverAll(hookId, wanted, command())).toEqual({ queued: 1, next: null });
    await harness.run();
    expect(receiver.ids).toEqual([second]);
    const [now, nothing] = [clock.now().toISOString(), { queued: 0, next: null }];
    expect(
      await harness.deliveries.redeliverAll(hookId, { state: 'exhausted', createdBefore: '2026-01-01T00:00:00Z' }, command()),
    ).toEqual(nothing);
    expect(await harness.deliveries.redeliverAll(hookId, { state: 'exhausted', createdFrom: now }, command())).toMatchObject({
      queued: 1,
    });
  });

  it('are sent again page by page, each once', async () => {
    const { hookId } = await harness.hook({ url: receiver.url });
    await harness.admin.query(
      `insert into hooks.delivery (hook_id, event_id, data, type, type_version, state, trigger, next_attempt_at, created_at, finished_at)
       select $1, gen_random_uuid(), '{}', 'order.placed', 1, 'succeeded', 'manual', $2, $2, $2 from generate_series(1, 1001)`,
      [hookId, clock.now()],
    );
    const first = await harness.deliveries.redeliverAll(hookId, { state: 'succeeded' }, command());
    expect(first.queued).toBe(1_000);
    const second = await harness.deliveries.redeliverAll(hookId, { state: 'succeeded', after: first.next! }, command());
    expect(second).toEqual({ queued: 1, next: null });
    await harness.admin.query(
      `insert into hooks.delivery (hook_id, event_id, data, type, type_version, state, trigger, next_attempt_at, created_at)
       select $1, gen_random_uuid(), '{}', 'order.placed', 1, 'pending', 'manual', $2, $2 from generate_series(1, 9000)`,
      [hookId, clock.now()],
    );
    await expect(harness.deliveries.redeliverAll(hookId, { state: 'succeeded' }, command())).rejects.toMatchObject({
      problem: { code: 'TOO_MANY_DELIVERIES' },
    });
  });

  it('of one event are listed over all hooks, under any of its ids', async () => {
    const hooks = [
      await harness.hook({ url: receiver.url }),
      await harness.hook({ url: receiver.url, types: ['order.approved@1'] }),
    ];
    const [id] = await harness.log(approved());
    await harness.run();
    const page = await harness.deliveries.ofEvent(id!, { limit: 1 });
    const rest = await harness.deliveries.ofEvent(`${id}-v2`, { limit: 10, after: page.next! });
    expect([...page.items, ...rest.items].map(({ hookId }) => hookId).toSorted()).toEqual(
      hooks.map(({ hookId }) => hookId).toSorted(),
    );
    await expect(harness.deliveries.ofEvent(randomUUID(), { limit: 1 })).rejects.toMatchObject({
      problem: { code: 'EVENT_NOT_FOUND' },
    });
  });
});

describe('hooks', () => {
  it('have a limit for each caller', async () => {
    const create = (owner: string) => harness.endpoints.create({ url: receiver.url, types: ['order.*'] }, command(), owner);
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => create('shop')));
    expect(made.map(({ status: outcome }) => outcome).filter((outcome) => outcome === 'fulfilled')).toHaveLength(3);
    await expect(create('shop')).rejects.toMatchObject({
      problem: { code: 'TOO_MANY_HOOKS', status: 409, detail: expect.stringContaining('shop') as string },
    });
    await create('another');
  });
});
