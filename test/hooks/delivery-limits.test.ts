import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim } from '../../apps/hooks/delivery/claim.js';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { eventually } from '../support/api.js';
import { placed, useDeliveries } from './deliveries.harness.js';
import { type Answer, ok, Receiver, status } from './receiver.harness.js';

const context = useDeliveries();

const hang: Answer = () => {};

describe('breaker and rate', () => {
  it('an endpoint that looks down is left alone without spending attempts, probed by one, and used again', async () => {
    context.receiver.answer = status(500);
    const hook = await context.harness.hook({ url: context.receiver.url, maxInFlight: 5 });
    await context.harness.log(placed(), placed(), placed(), placed(), placed(), placed(), placed());
    await context.harness.follow();
    await context.harness.worker.dispatch();
    await context.harness.worker.idle();
    expect(context.receiver.received).toHaveLength(5);
    // Open for 30 s: two have never been sent, five are due after 5 s.
    context.clock.forward(29.999);
    expect(await context.harness.run()).toBe(0);
    expect((await context.harness.endpoints.get(hook.hookId)).health.breakerOpenUntil).toBe(
      new Date(context.clock.now().getTime() + 1).toISOString(),
    );
    context.clock.forward(0.001);
    expect(await context.harness.run(), 'one probe').toBe(1);
    context.clock.forward(59.999);
    expect(await context.harness.run(), 'open for twice as long').toBe(0);
    const counts = async () => (await context.harness.deliveriesOf(hook.hookId)).map(({ attemptCount }) => attemptCount);
    expect((await counts()).sort()).toEqual([0, 1, 1, 1, 1, 1, 1]);
    context.receiver.answer = ok;
    context.clock.forward(0.001);
    // The probe succeeds and opens the way for all but the one that is on a longer leg of its schedule.
    expect(await context.harness.run()).toBe(7);
    expect((await context.harness.endpoints.get(hook.hookId)).health).toMatchObject({
      failures: 0,
      breakerOpenUntil: null,
      failingSince: null,
    });
  });

  it.each([
    ['answers 429', status(429), 60],
    ['asks for it by Retry-After', status(503, { 'retry-after': '90' }), 90],
  ])('an endpoint that %s is sent nothing else meanwhile, and no attempt is spent', async (_, answer, wait) => {
    context.receiver.answer = answer;
    const hook = await context.harness.hook({ url: context.receiver.url, maxInFlight: 1 });
    await context.harness.log(placed(), placed());
    expect(await context.harness.run()).toBe(1);
    const until = new Date(context.clock.now().getTime() + wait * 1_000).toISOString();
    expect((await context.harness.endpoints.get(hook.hookId)).health).toMatchObject({
      throttledUntil: until,
      breakerOpenUntil: null,
    });
    context.clock.forward(wait - 0.001);
    await context.harness.log(placed());
    expect(await context.harness.run()).toBe(0);
    expect((await context.harness.deliveriesOf(hook.hookId)).map(({ attemptCount }) => attemptCount)).toEqual([1, 0, 0]);
    context.receiver.answer = ok;
    context.clock.forward(0.001);
    expect(await context.harness.run()).toBe(3);
    expect((await context.harness.endpoints.get(hook.hookId)).health).toMatchObject({ throttledUntil: null });
  });

  it('a 429 leaves the breaker as it is', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, ordered: false, maxInFlight: 1 });
    const health = async () => (await context.harness.endpoints.get(hook.hookId)).health;
    const sendOne = async () => {
      await context.harness.log(placed());
      await context.harness.follow();
      await context.harness.admin.query('update hooks.delivery set next_attempt_at = $1 where hook_id = $2', [
        context.clock.now(),
        hook.hookId,
      ]);
      expect(await context.harness.worker.dispatch()).toBe(1);
      await context.harness.worker.idle();
    };
    context.receiver.answer = status(500);
    for (let n = 0; n < 4; n++) await sendOne();
    context.receiver.answer = status(429);
    await sendOne();
    context.clock.forward(60);
    context.receiver.answer = status(500);
    await sendOne();
    expect((await health()).breakerOpenUntil, 'the fifth failure in a row').not.toBeNull();
  });

  it('an endpoint gets no more than its rate, and nothing is lost', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url, ratePerSecond: 2 });
    await context.harness.log(...Array.from({ length: 7 }, placed));
    const sent: number[] = [];
    for (let second = 0; second < 5; second++) {
      sent.push(await context.harness.run());
      context.clock.forward(1);
    }
    expect(sent).toEqual([2, 2, 2, 1, 0]);
    expect(
      (await context.harness.deliveriesOf(hook.hookId)).every(
        ({ attemptCount, state }) => attemptCount === 1 && state === 'succeeded',
      ),
    ).toBe(true);
  });

  it('endpoints that answer slowly never hold all places of a worker', async () => {
    const held: (() => void)[] = [];
    context.receiver.answer = (response) => void held.push(() => response.writeHead(200).end());
    const quick = await Receiver.start();
    for (let n = 0; n < 2; n++) await context.harness.hook({ url: context.receiver.url, maxInFlight: 100, timeoutMs: 30_000 });
    await context.harness.hook({ url: quick.url, types: ['trip.booked'] });
    await context.harness.log(...Array.from({ length: 100 }, placed));
    await context.harness.follow();
    while ((await context.harness.worker.dispatch()) > 0);
    await context.harness.log({ type: 'trip.booked', aggregateId: 'TRIP-QUICK', aggregateVersion: 1 });
    await context.harness.follow();
    expect(await context.harness.worker.dispatch(), 'while the slow ones are under way').toBe(1);
    await eventually(
      async () => quick.received.length,
      (received) => received === 1,
    );
    context.receiver.answer = ok;
    await eventually(
      async () => {
        for (const answer of held.splice(0)) answer();
        await context.harness.worker.dispatch();
        return context.receiver.received.length;
      },
      (received) => received === 200,
    );
    await context.harness.worker.idle();
    await quick.stop();
  });

  it('an endpoint has no more under way than it wants', async () => {
    let inFlight = 0;
    let most = 0;
    context.receiver.answer = (response) => {
      most = Math.max(most, ++inFlight);
      setImmediate(() => {
        inFlight -= 1;
        response.writeHead(200).end();
      });
    };
    await context.harness.hook({ url: context.receiver.url, maxInFlight: 3 });
    await context.harness.log(...Array.from({ length: 12 }, placed));
    expect(await context.harness.run()).toBe(12);
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe('two workers that claim at the same time', () => {
  /** Claims, in a session in which every look at a delivery waits for the gate, once it has begun to look. */
  async function claimLate(meanwhile: () => Promise<void>): Promise<number> {
    const late = servicePool(context.harness.databaseUrl, 'late', 1);
    const gate = await context.harness.admin.connect();
    try {
      await gate.query('select pg_advisory_lock(1)');
      const claiming = inTransaction(late, (tx) => claim(tx, { worker: 'late', capacity: 100, now: context.clock.now() }));
      await eventually(
        async () =>
          (
            await gate.query(
              `select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
            )
          ).rowCount,
        (waiting) => waiting === 1,
      );
      await meanwhile();
      await gate.query('select pg_advisory_unlock(1)');
      return (await claiming).length;
    } finally {
      gate.release(true);
      await late.end();
    }
  }

  beforeAll(async () => {
    await context.harness.admin.query(`
      create function hooks.pass_gate() returns boolean language plpgsql as $$ begin
        if current_setting('application_name') = 'roundtrip-late' then
          perform pg_advisory_lock_shared(1);
          perform pg_advisory_unlock_shared(1);
        end if;
        return true;
      end $$;
      create policy gate on hooks.delivery using (hooks.pass_gate());
      alter table hooks.delivery enable row level security;
      alter table hooks.delivery force row level security`);
  });
  afterAll(() => context.harness.admin.query('alter table hooks.delivery disable row level security'));

  it('take no more together than the endpoint wants at once', async () => {
    await context.harness.hook({ url: context.receiver.url, maxInFlight: 3 });
    await context.harness.log(...Array.from({ length: 8 }, placed));
    await context.harness.follow();
    // The other worker commits its claim after this one has begun to read, and before it locks.
    let taken = 0;
    const late = await claimLate(async () => void (taken = await context.harness.worker.dispatch()));
    expect([taken, late]).toEqual([3, 0]);
    await context.harness.worker.idle();
    expect(await context.harness.run()).toBe(5);
  });

  it('send one probe together to an endpoint that looked down', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(...Array.from({ length: 8 }, placed));
    await context.harness.follow();
    await context.harness.admin.query('update hooks.endpoint set breaker_opened = 1, breaker_failures = 5 where hook_id = $1', [
      hook.hookId,
    ]);
    context.receiver.answer = hang;
    let taken = 0;
    const late = await claimLate(async () => void (taken = await context.harness.worker.dispatch()));
    expect([taken, late]).toEqual([1, 0]);
    await context.harness.endpoints.remove(hook.hookId);
    await context.receiver.stop();
    await context.harness.worker.idle();
    context.receiver = await Receiver.start();
  });
});
