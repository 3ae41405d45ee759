import { describe, expect, it } from 'vitest';
import { eventually } from '../support/api.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { HOUR, placed, useDeliveries } from './deliveries.harness.js';
import { type Answer, ok, Receiver, status } from './receiver.harness.js';

const context = useDeliveries();

const fullSchedule = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const hang: Answer = () => {};
const reset: Answer = (_response, _request, message) => void message.socket.resetAndDestroy();
const hangInTheBody: Answer = (response) => void response.writeHead(500).write('half an ans');

describe('a receiver that misbehaves', () => {
  it.each([
    ['answers 500', status(500), { status: 500, error: 'http' }],
    ['answers 404', status(404), { status: 404, error: 'http' }],
    ['redirects', status(302, { location: 'http://127.0.0.1:9/' }), { status: 302, error: 'http' }],
    ['resets the connection', reset, { status: null, error: 'reset' }],
    ['stops within the body', hangInTheBody, { status: 500, error: 'http' }],
  ])('and %s is tried on exactly the schedule, and then given up', async (_, answer, last) => {
    context.receiver.answer = answer;
    const hook = await context.harness.hook({ url: context.receiver.url, timeoutMs: 5_000 });
    const [id] = await context.harness.log(placed());
    expect(await context.harness.run()).toBe(1);
    for (const wait of fullSchedule) {
      // The breaker would put off what is due; here the schedule itself is to be seen.
      await context.harness.admin.query(
        'update hooks.endpoint set breaker_until = null, breaker_opened = 0, breaker_failures = 0',
      );
      context.clock.forward(wait - 0.001);
      expect(await context.harness.run(), `${wait} s, not yet`).toBe(0);
      context.clock.forward(0.001);
      expect(await context.harness.run(), `${wait} s`).toBe(1);
    }
    context.clock.forward(100 * HOUR);
    expect(await context.harness.run()).toBe(0);
    expect(context.receiver.ids).toEqual(Array.from({ length: 10 }, () => id));
    expect(context.receiver.received.map(({ headers }) => headers['x-hook-attempt'])).toEqual(
      Array.from({ length: 10 }, (_, n) => `${n + 1}`),
    );
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'exhausted', attemptCount: 10, lastStatus: last.status, lastError: last.error });
    expect(delivery!.attempts).toHaveLength(10);
    expect(delivery!.attempts.every(({ error }) => error === last.error)).toBe(true);
  });

  it.each([
    ['does not answer', hang, { error: 'timeout' }, 60],
    ['answers 503 without a word', status(503), { error: 'http', status: 503 }, 60],
    ['answers 429 and asks for 90 s', status(429, { 'retry-after': '90' }), { error: 'http', status: 429 }, 90],
    ['answers 429 and asks for 2 s', status(429, { 'retry-after': '2' }), { error: 'http', status: 429 }, 5],
    ['answers 503 and asks for a week', status(503, { 'retry-after': '604800' }), { error: 'http', status: 503 }, 3_600],
  ])('and %s is left alone for as long as is right', async (_, answer, outcome, wait) => {
    context.receiver.answer = answer;
    const hook = await context.harness.hook({ url: context.receiver.url, timeoutMs: 200 });
    await context.harness.log(placed());
    await context.harness.run();
    context.clock.forward(wait - 0.001);
    expect(await context.harness.run()).toBe(0);
    context.receiver.answer = ok;
    context.clock.forward(0.001);
    expect(await context.harness.run()).toBe(1);
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', attempts: [outcome, { error: null, status: 204 }] });
  });

  it.each([413, 415])('and answers %i is not sent the same again', async (code) => {
    context.receiver.answer = status(code);
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.run();
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject([
      { state: 'exhausted', lastStatus: code, attemptCount: 1 },
    ]);
  });

  it('and answers 410 is disabled at once, and says so to others but not to itself', async () => {
    const witness = await Receiver.start();
    const hook = await context.harness.hook({ url: context.receiver.url, types: ['order.*', 'hooks.*'] });
    await context.harness.hook({ url: witness.url, types: ['hooks.*'] });
    context.receiver.answer = status(410);
    await context.harness.log(placed());
    await context.harness.run();
    expect(await context.harness.endpoints.get(hook.hookId)).toMatchObject({ state: 'disabled', disabledReason: 'gone' });
    const [disabled] = (await context.harness.outboxEvents()).filter(({ data }) => data['hookId'] === hook.hookId);
    expect(disabled).toMatchObject({
      type: 'hooks.endpoint.disabled',
      data: { reason: 'gone', origin: new URL(context.receiver.url).origin },
    });
    // As the relay carries it.
    await context.harness.endpoints.change(hook.hookId, { state: 'enabled' });
    await context.harness.log({
      type: 'hooks.endpoint.disabled',
      service: 'hooks',
      aggregateId: hook.hookId,
      aggregateVersion: 1,
      data: disabled!.data,
    });
    await context.harness.run();
    expect(witness.received.map(({ event }) => event.type)).toEqual(['com.roundtrip.hooks.endpoint.disabled.v1']);
    expect(context.receiver.received).toHaveLength(1);
    await witness.stop();
  });

  it('and answers with a body without end has succeeded when its status says so, and costs little', async () => {
    let drained = 0;
    context.receiver.answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) drained += 65_536;
      };
      response.on('drain', pour);
      pour();
    };
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.run();
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', lastStatus: 200 });
    expect(delivery!.attempts[0]!.responseBody).toHaveLength(16_384);
    expect(drained).toBeLessThan(50_000_000);
  });

  it('and is not there is tried twice at once, the first time only', async () => {
    const url = `http://localhost:${context.receiver.port}/`;
    await context.receiver.stop();
    const hook = await context.harness.hook({ url });
    await context.harness.log(placed());
    context.lookups = 0;
    await context.harness.run();
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject([
      { state: 'retrying', lastError: 'connect', attemptCount: 1 },
    ]);
    expect(context.lookups, 'connections that were begun').toBe(2);
    context.clock.forward(5);
    await context.harness.run();
    expect(context.lookups).toBe(3);
    context.receiver = await Receiver.start();
  });
});

describe('a worker that was taken for dead', () => {
  it('is ignored when it comes back: the result of the other worker stays', async () => {
    let late: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      context.receiver.answer = (response) => {
        late = () => void response.writeHead(500).end();
        resolve();
      };
    });
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.follow();
    await context.harness.worker.dispatch();
    await arrived;
    // The endpoint may take 15 s, and a worker 30 s more.
    context.clock.forward(44.999);
    await context.harness.sweeper.sweep();
    expect((await context.harness.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['sending']);
    context.clock.forward(0.002);
    await context.harness.sweeper.sweep();
    context.receiver.answer = ok;
    expect(await context.harness.worker.dispatch()).toBe(1);
    await eventually(
      () => context.harness.deliveriesOf(hook.hookId),
      ([delivery]) => delivery?.state === 'succeeded',
    );
    late();
    await context.harness.worker.idle();
    const [delivery] = await context.harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', attemptCount: 2 });
    expect(delivery!.attempts.map(({ error }) => error)).toEqual(['lease_lost', null]);
    expect((await context.harness.endpoints.get(hook.hookId)).health).toMatchObject({ failures: 0 });
    expect(context.harness.errors).toEqual([]);
  });
});

describe('a worker whose database is away when the answer comes', () => {
  it('writes the outcome once the database is back, so that nothing is sent twice', async () => {
    const network = await CuttingProxy.before(context.harness.databaseUrl);
    const address = new URL(context.harness.databaseUrl);
    address.port = new URL(network.url).port;
    const { worker, close } = context.harness.workerAt(address.href, 'far');
    let answer: () => void = () => {};
    context.receiver.answer = (response) => void (answer = () => response.writeHead(200).end());
    const hook = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed());
    await context.harness.follow();
    expect(await worker.dispatch()).toBe(1);
    await eventually(
      async () => context.receiver.received.length,
      (received) => received === 1,
    );
    network.takeDown();
    answer();
    await eventually(
      async () => network.refused,
      (refused) => refused >= 2,
    );
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'sending' }]);
    network.bringUp();
    await worker.idle();
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
    expect(context.receiver.received).toHaveLength(1);
    await close();
    network.close();
  });
});

describe('what goes wrong on our side before anything is sent', () => {
  it('with the secret of one hook is the trouble of that hook alone, and no verdict on its endpoint', async () => {
    const hook = await context.harness.hook({ url: context.receiver.url });
    const neighbour = await context.harness.hook({ url: context.receiver.url });
    await context.harness.log(placed(), placed());
    const { rows } = await context.harness.admin.query<{ keyId: string }>(
      `select key_id as "keyId" from hooks.endpoint_secret where hook_id = $1`,
      [hook.hookId],
    );
    const keyIs = (keyId: string) =>
      context.harness.admin.query('update hooks.endpoint_secret set key_id = $2 where hook_id = $1', [hook.hookId, keyId]);
    // As another process writes it that knows a newer key.
    await keyIs('0123456789abcdef');
    expect(await context.harness.run()).toBe(4);
    expect((await context.harness.deliveriesOf(neighbour.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    const unsent = { state: 'retrying', attemptCount: 1, lastError: 'internal', lastStatus: null };
    const inFive = new Date(context.clock.now().getTime() + 5_000).toISOString();
    expect(await context.harness.deliveriesOf(hook.hookId)).toMatchObject(
      [unsent, unsent].map((it) => ({ ...it, nextAttemptAt: inFive })),
    );
    expect((await context.harness.endpoints.get(hook.hookId)).health).toMatchObject({
      failures: 0,
      failingSince: null,
      breakerOpenUntil: null,
    });
    expect(context.harness.errors.splice(0)).toMatchObject(
      [1, 2].map(() => ({ message: expect.stringMatching(/cannot be read.*0123456789abcdef.*HOOKS_SECRET_KEY/s) as string })),
    );
    await keyIs(rows[0]!.keyId);
    context.clock.forward(5);
    expect(await context.harness.run()).toBe(2);
    expect((await context.harness.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('with the log or with the database leaves all as it was: nothing is under way and no attempt is spent', async () => {
    const hooks = [
      await context.harness.hook({ url: context.receiver.url }),
      await context.harness.hook({ url: context.receiver.url }),
    ];
    await context.harness.log(placed(), placed());
    await context.harness.follow();
    const {
      rows: [role],
    } = await context.harness.database.query<{ name: string }>('select current_user as name');
    await context.harness.admin.query(`revoke select on events.log from ${role!.name}`);
    await expect(context.harness.worker.dispatch()).rejects.toThrow('permission denied');
    await context.harness.admin.query(`grant select on events.log to ${role!.name}`);
    for (const { hookId } of hooks)
      expect(await context.harness.deliveriesOf(hookId)).toMatchObject([1, 2].map(() => ({ state: 'pending', attemptCount: 0 })));
    expect(await context.harness.run()).toBe(4);
    for (const { hookId } of hooks)
      expect(await context.harness.deliveriesOf(hookId)).toMatchObject(
        [1, 2].map(() => ({ state: 'succeeded', attemptCount: 1 })),
      );
  });
});
