import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { eventCatalogue } from '../../contracts/event-catalogue.js';
import { publicUrl } from '../../libs/config/public-url.js';
import { claim } from '../../apps/hooks/delivery/claim.js';
import { pinNewTypes } from '../../apps/hooks/endpoints/pin-new-types.js';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { TRIM_LOCK } from '../../libs/messaging/log/trim-lock.js';
import { eventually } from '../support/api.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { HooksBed, ManualClock } from './hooks.harness.js';
import { type Answer, ok, Receiver, status } from './receiver.harness.js';

let clock: ManualClock;
let bed: HooksBed;
let receiver: Receiver;
let lookups = 0;
beforeAll(async () => {
  // The public package refuses what is older than five minutes.
  clock = new ManualClock(Date.now());
  bed = await HooksBed.open({
    clock,
    resolveHost: async () => {
      lookups += 1;
      return ['127.0.0.1'];
    },
  });
});
afterAll(async () => {
  await bed.close();
  expect(bed.errors).toEqual([]);
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  // What a test leaves behind must not be sent in the next one.
  for (const { hookId } of (await bed.endpoints.list({ limit: 200 })).items) await bed.endpoints.remove(hookId);
  await receiver.stop();
});

let order = 0;
const placed = () => ({ type: 'order.placed', aggregateId: `ORDER-${++order}`, aggregateVersion: 1, data: { n: order } });
/** As it was written before there was a version 2. */
const approved = (orderId: string) => {
  const data = { orderId, customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
  return { type: 'order.approved', aggregateId: orderId, aggregateVersion: 1, data };
};
const HOUR = 3_600;
const fullSchedule = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const command = { fingerprint: 'test' };

describe('a delivery', () => {
  it('is the CloudEvent, signed so that the public package accepts it', async () => {
    const hook = await bed.hook({ url: `${receiver.url}?tenant=a%20b` });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const [id] = await bed.log({ ...placed(), traceparent, data: { name: 'Ünïcøde 🚀' } });
    expect(await bed.run()).toBe(1);
    const [request] = receiver.received;
    const { headers, body, path } = request!;
    expect(path).toBe('/hook?tenant=a%20b');
    expect(headers).toMatchObject({
      'webhook-id': id,
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'x-hook-attempt': '1',
      'user-agent': 'Roundtrip-Hooks/1',
    });
    expect(headers.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(headers.traceparent).not.toContain('b7ad6b7169203331');
    const verified = new Webhook(hook.secret).verify(body, headers as Record<string, string>);
    expect(verified).toMatchObject({ id, type: 'com.roundtrip.order.placed.v1', data: { name: 'Ünïcøde 🚀' } });
    const event = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({ id, type: 'com.roundtrip.order.placed.v1', subject: `ORDER-${order}` });
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({
      state: 'succeeded',
      eventId: id,
      attemptCount: 1,
      lastStatus: 204,
      deliveryId: headers['x-hook-delivery'],
    });
    expect(JSON.stringify(delivery)).not.toContain(hook.secret.slice(6));
  });

  it.each([
    ['tested', false],
    ['verify', true],
  ])('that is about the hook itself, %s, is a CloudEvent with a schema, too', async (what, verify) => {
    const hook = await bed.hook({ url: receiver.url, verify });
    if (!verify) await bed.endpoints.test(hook.hookId, command);
    expect(await bed.run()).toBe(1);
    const { headers, body } = receiver.received[0]!;
    const event = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    // Throws for what CloudEvents does not allow, as a `dataschema` that is only a path.
    expect(event.validate()).toBe(true);
    const type = `hooks.endpoint.${what}`;
    expect(event).toMatchObject({ type: `com.roundtrip.${type}.v1`, subject: hook.hookId });
    expect(event.dataschema).toBe(publicUrl(`/v1/event-types/${type}/v1`));
    expect(eventCatalogue.get(type)!.versions[0]!.schema.parse(event.data)).toEqual(event.data);
  });

  it('says that its version ends, where that is what the hook is pinned to', async () => {
    await bed.hook({ url: receiver.url, types: ['order.approved@1'] });
    const [id] = await bed.log(approved('ORDER-ENDS'));
    await bed.run();
    expect(receiver.received.map(({ event }) => event)).toMatchObject([
      {
        id,
        type: 'com.roundtrip.order.approved.v1',
        deprecated: true,
        deprecationfrom: '2026-11-21T00:00:00Z',
        deprecationsunset: '2027-05-21T00:00:00Z',
        deprecationmigration: expect.stringMatching(/\/v1\/event-types\/order\.approved$/) as string,
        data: { total: { amount: 100, currency: 'EUR' } },
      },
    ]);
  });

  it('goes to whoever asked for its type, once, and to nobody else', async () => {
    const exact = await bed.hook({ url: receiver.url, types: ['order.approved'] });
    const all = await bed.hook({ url: receiver.url, types: ['order.*', 'order.approved', '*'] });
    const other = await bed.hook({ url: receiver.url, types: ['trip.*'] });
    await bed.log(placed(), { ...approved('ORDER-X'), aggregateVersion: 2 });
    await bed.run();
    const types = async (hookId: string) => (await bed.deliveriesOf(hookId)).map(({ type }) => type);
    expect(await types(exact.hookId)).toEqual(['order.approved']);
    expect(await types(all.hookId)).toEqual(['order.placed', 'order.approved']);
    expect(await types(other.hookId)).toEqual([]);
  });

  it('is not made of what was logged before the endpoint was there', async () => {
    await bed.log(placed());
    const hook = await bed.hook({ url: receiver.url });
    await bed.run();
    expect(await bed.deliveriesOf(hook.hookId)).toEqual([]);
  });

  it('is application/json for those who only know that', async () => {
    await bed.hook({ url: receiver.url, contentMode: 'json' });
    await bed.log(placed());
    await bed.run();
    expect(receiver.received[0]!.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

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
    receiver.answer = answer;
    const hook = await bed.hook({ url: receiver.url, timeoutMs: 5_000 });
    const [id] = await bed.log(placed());
    expect(await bed.run()).toBe(1);
    for (const wait of fullSchedule) {
      // The breaker would put off what is due; here the schedule itself is to be seen.
      await bed.admin.query('update hooks.endpoint set breaker_until = null, breaker_opened = 0, breaker_failures = 0');
      clock.forward(wait - 0.001);
      expect(await bed.run(), `${wait} s, not yet`).toBe(0);
      clock.forward(0.001);
      expect(await bed.run(), `${wait} s`).toBe(1);
    }
    clock.forward(100 * HOUR);
    expect(await bed.run()).toBe(0);
    expect(receiver.ids).toEqual(Array.from({ length: 10 }, () => id));
    expect(receiver.received.map(({ headers }) => headers['x-hook-attempt'])).toEqual(
      Array.from({ length: 10 }, (_, n) => `${n + 1}`),
    );
    const [delivery] = await bed.deliveriesOf(hook.hookId);
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
    receiver.answer = answer;
    const hook = await bed.hook({ url: receiver.url, timeoutMs: 200 });
    await bed.log(placed());
    await bed.run();
    clock.forward(wait - 0.001);
    expect(await bed.run()).toBe(0);
    receiver.answer = ok;
    clock.forward(0.001);
    expect(await bed.run()).toBe(1);
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', attempts: [outcome, { error: null, status: 204 }] });
  });

  it.each([413, 415])('and answers %i is not sent the same again', async (code) => {
    receiver.answer = status(code);
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.run();
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'exhausted', lastStatus: code, attemptCount: 1 }]);
  });

  it('and answers 410 is disabled at once, and says so to others but not to itself', async () => {
    const witness = await Receiver.start();
    const hook = await bed.hook({ url: receiver.url, types: ['order.*', 'hooks.*'] });
    await bed.hook({ url: witness.url, types: ['hooks.*'] });
    receiver.answer = status(410);
    await bed.log(placed());
    await bed.run();
    expect(await bed.endpoints.get(hook.hookId)).toMatchObject({ state: 'disabled', disabledReason: 'gone' });
    const [disabled] = (await bed.said()).filter(({ data }) => data['hookId'] === hook.hookId);
    expect(disabled).toMatchObject({
      type: 'hooks.endpoint.disabled',
      data: { reason: 'gone', origin: new URL(receiver.url).origin },
    });
    // As the relay carries it.
    await bed.endpoints.change(hook.hookId, { state: 'enabled' });
    await bed.log({
      type: 'hooks.endpoint.disabled',
      service: 'hooks',
      aggregateId: hook.hookId,
      aggregateVersion: 1,
      data: disabled!.data,
    });
    await bed.run();
    expect(witness.received.map(({ event }) => event.type)).toEqual(['com.roundtrip.hooks.endpoint.disabled.v1']);
    expect(receiver.received).toHaveLength(1);
    await witness.stop();
  });

  it('and answers with a body without end has succeeded when its status says so, and costs little', async () => {
    let drained = 0;
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) drained += 65_536;
      };
      response.on('drain', pour);
      pour();
    };
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.run();
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', lastStatus: 200 });
    expect(delivery!.attempts[0]!.responseBody).toHaveLength(16_384);
    expect(drained).toBeLessThan(50_000_000);
  });

  it('and is not there is tried twice at once, the first time only', async () => {
    const url = `http://localhost:${receiver.port}/`;
    await receiver.stop();
    const hook = await bed.hook({ url });
    await bed.log(placed());
    lookups = 0;
    await bed.run();
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'retrying', lastError: 'connect', attemptCount: 1 }]);
    expect(lookups, 'connections that were begun').toBe(2);
    clock.forward(5);
    await bed.run();
    expect(lookups).toBe(3);
    receiver = await Receiver.start();
  });
});

describe('a worker that was taken for dead', () => {
  it('is not believed when it comes back: what another one has done stands', async () => {
    let late: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      receiver.answer = (response) => {
        late = () => void response.writeHead(500).end();
        resolve();
      };
    });
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.follow();
    await bed.worker.dispatch();
    await arrived;
    // The endpoint may take 15 s, and a worker 30 s more.
    clock.forward(44.999);
    await bed.sweeper.sweep();
    expect((await bed.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['sending']);
    clock.forward(0.002);
    await bed.sweeper.sweep();
    receiver.answer = ok;
    expect(await bed.worker.dispatch()).toBe(1);
    await eventually(
      () => bed.deliveriesOf(hook.hookId),
      ([delivery]) => delivery?.state === 'succeeded',
    );
    late();
    await bed.worker.idle();
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', attemptCount: 2 });
    expect(delivery!.attempts.map(({ error }) => error)).toEqual(['lease_lost', null]);
    expect((await bed.endpoints.get(hook.hookId)).health).toMatchObject({ failures: 0 });
    expect(bed.errors).toEqual([]);
  });
});

describe('a worker whose database is away when the answer comes', () => {
  it('writes the outcome once the database is back, so that nothing is sent twice', async () => {
    const network = await CuttingProxy.before(bed.databaseUrl);
    const address = new URL(bed.databaseUrl);
    address.port = new URL(network.url).port;
    const { worker, close } = bed.workerAt(address.href, 'far');
    let answer: () => void = () => {};
    receiver.answer = (response) => void (answer = () => response.writeHead(200).end());
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.follow();
    expect(await worker.dispatch()).toBe(1);
    await eventually(
      async () => receiver.received.length,
      (received) => received === 1,
    );
    network.takeDown();
    answer();
    await eventually(
      async () => network.refused,
      (refused) => refused >= 2,
    );
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'sending' }]);
    network.bringUp();
    await worker.idle();
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'succeeded', attemptCount: 1 }]);
    expect(receiver.received).toHaveLength(1);
    await close();
    network.close();
  });
});

describe('what goes wrong on our side before anything is sent', () => {
  it('with the secret of one hook is the trouble of that hook alone, and no verdict on its endpoint', async () => {
    const hook = await bed.hook({ url: receiver.url });
    const neighbour = await bed.hook({ url: receiver.url });
    await bed.log(placed(), placed());
    const { rows } = await bed.admin.query<{ keyId: string }>(
      `select key_id as "keyId" from hooks.endpoint_secret where hook_id = $1`,
      [hook.hookId],
    );
    const keyIs = (keyId: string) =>
      bed.admin.query('update hooks.endpoint_secret set key_id = $2 where hook_id = $1', [hook.hookId, keyId]);
    // As another process writes it that knows a newer key.
    await keyIs('0123456789abcdef');
    expect(await bed.run()).toBe(4);
    expect((await bed.deliveriesOf(neighbour.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    const unsent = { state: 'retrying', attemptCount: 1, lastError: 'internal', lastStatus: null };
    const inFive = new Date(clock.now().getTime() + 5_000).toISOString();
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([unsent, unsent].map((it) => ({ ...it, nextAttemptAt: inFive })));
    expect((await bed.endpoints.get(hook.hookId)).health).toMatchObject({
      failures: 0,
      failingSince: null,
      breakerOpenUntil: null,
    });
    expect(bed.errors.splice(0)).toMatchObject(
      [1, 2].map(() => ({ message: expect.stringMatching(/cannot be read.*0123456789abcdef.*HOOKS_SECRET_KEY/s) as string })),
    );
    await keyIs(rows[0]!.keyId);
    clock.forward(5);
    expect(await bed.run()).toBe(2);
    expect((await bed.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('with the log or with the database leaves all as it was: nothing is under way and no attempt is spent', async () => {
    const hooks = [await bed.hook({ url: receiver.url }), await bed.hook({ url: receiver.url })];
    await bed.log(placed(), placed());
    await bed.follow();
    const {
      rows: [role],
    } = await bed.database.query<{ name: string }>('select current_user as name');
    await bed.admin.query(`revoke select on events.log from ${role!.name}`);
    await expect(bed.worker.dispatch()).rejects.toThrow('permission denied');
    await bed.admin.query(`grant select on events.log to ${role!.name}`);
    for (const { hookId } of hooks)
      expect(await bed.deliveriesOf(hookId)).toMatchObject([1, 2].map(() => ({ state: 'pending', attemptCount: 0 })));
    expect(await bed.run()).toBe(4);
    for (const { hookId } of hooks)
      expect(await bed.deliveriesOf(hookId)).toMatchObject([1, 2].map(() => ({ state: 'succeeded', attemptCount: 1 })));
  });
});

describe('breaker and rate', () => {
  it('an endpoint that looks down is left alone without spending attempts, probed by one, and used again', async () => {
    receiver.answer = status(500);
    const hook = await bed.hook({ url: receiver.url, maxInFlight: 5 });
    await bed.log(placed(), placed(), placed(), placed(), placed(), placed(), placed());
    await bed.follow();
    await bed.worker.dispatch();
    await bed.worker.idle();
    expect(receiver.received).toHaveLength(5);
    // Open for 30 s: two have never been sent, five are due after 5 s.
    clock.forward(29.999);
    expect(await bed.run()).toBe(0);
    expect((await bed.endpoints.get(hook.hookId)).health.breakerOpenUntil).toBe(
      new Date(clock.now().getTime() + 1).toISOString(),
    );
    clock.forward(0.001);
    expect(await bed.run(), 'one probe').toBe(1);
    clock.forward(59.999);
    expect(await bed.run(), 'open for twice as long').toBe(0);
    const counts = async () => (await bed.deliveriesOf(hook.hookId)).map(({ attemptCount }) => attemptCount);
    expect((await counts()).sort()).toEqual([0, 1, 1, 1, 1, 1, 1]);
    receiver.answer = ok;
    clock.forward(0.001);
    // The probe succeeds and opens the way for all but the one that is on a longer leg of its schedule.
    expect(await bed.run()).toBe(7);
    expect((await bed.endpoints.get(hook.hookId)).health).toMatchObject({
      failures: 0,
      breakerOpenUntil: null,
      failingSince: null,
    });
  });

  it.each([
    ['answers 429', status(429), 60],
    ['asks for it by Retry-After', status(503, { 'retry-after': '90' }), 90],
  ])('an endpoint that %s is sent nothing else meanwhile, and no attempt is spent', async (_, answer, wait) => {
    receiver.answer = answer;
    const hook = await bed.hook({ url: receiver.url, maxInFlight: 1 });
    await bed.log(placed(), placed());
    expect(await bed.run()).toBe(1);
    const until = new Date(clock.now().getTime() + wait * 1_000).toISOString();
    expect((await bed.endpoints.get(hook.hookId)).health).toMatchObject({ throttledUntil: until, breakerOpenUntil: null });
    clock.forward(wait - 0.001);
    await bed.log(placed());
    expect(await bed.run()).toBe(0);
    expect((await bed.deliveriesOf(hook.hookId)).map(({ attemptCount }) => attemptCount)).toEqual([1, 0, 0]);
    receiver.answer = ok;
    clock.forward(0.001);
    expect(await bed.run()).toBe(3);
    expect((await bed.endpoints.get(hook.hookId)).health).toMatchObject({ throttledUntil: null });
  });

  it('a 429 leaves the breaker as it is', async () => {
    const hook = await bed.hook({ url: receiver.url, ordered: false, maxInFlight: 1 });
    const health = async () => (await bed.endpoints.get(hook.hookId)).health;
    const sendOne = async () => {
      await bed.log(placed());
      await bed.follow();
      await bed.admin.query('update hooks.delivery set next_attempt_at = $1 where hook_id = $2', [clock.now(), hook.hookId]);
      expect(await bed.worker.dispatch()).toBe(1);
      await bed.worker.idle();
    };
    receiver.answer = status(500);
    for (let n = 0; n < 4; n++) await sendOne();
    receiver.answer = status(429);
    await sendOne();
    clock.forward(60);
    receiver.answer = status(500);
    await sendOne();
    expect((await health()).breakerOpenUntil, 'the fifth failure in a row').not.toBeNull();
  });

  it('an endpoint gets no more than its rate, and nothing is lost', async () => {
    const hook = await bed.hook({ url: receiver.url, ratePerSecond: 2 });
    await bed.log(...Array.from({ length: 7 }, placed));
    const sent: number[] = [];
    for (let second = 0; second < 5; second++) {
      sent.push(await bed.run());
      clock.forward(1);
    }
    expect(sent).toEqual([2, 2, 2, 1, 0]);
    expect(
      (await bed.deliveriesOf(hook.hookId)).every(({ attemptCount, state }) => attemptCount === 1 && state === 'succeeded'),
    ).toBe(true);
  });

  it('endpoints that answer slowly never hold all places of a worker', async () => {
    const held: (() => void)[] = [];
    receiver.answer = (response) => void held.push(() => response.writeHead(200).end());
    const quick = await Receiver.start();
    for (let n = 0; n < 2; n++) await bed.hook({ url: receiver.url, maxInFlight: 100, timeoutMs: 30_000 });
    await bed.hook({ url: quick.url, types: ['trip.booked'] });
    await bed.log(...Array.from({ length: 100 }, placed));
    await bed.follow();
    while ((await bed.worker.dispatch()) > 0);
    await bed.log({ type: 'trip.booked', aggregateId: 'TRIP-QUICK', aggregateVersion: 1 });
    await bed.follow();
    expect(await bed.worker.dispatch(), 'while the slow ones are under way').toBe(1);
    await eventually(
      async () => quick.received.length,
      (received) => received === 1,
    );
    receiver.answer = ok;
    await eventually(
      async () => {
        for (const answer of held.splice(0)) answer();
        await bed.worker.dispatch();
        return receiver.received.length;
      },
      (received) => received === 200,
    );
    await bed.worker.idle();
    await quick.stop();
  });

  it('an endpoint has no more under way than it wants', async () => {
    let underWay = 0;
    let most = 0;
    receiver.answer = (response) => {
      most = Math.max(most, ++underWay);
      setImmediate(() => {
        underWay -= 1;
        response.writeHead(200).end();
      });
    };
    await bed.hook({ url: receiver.url, maxInFlight: 3 });
    await bed.log(...Array.from({ length: 12 }, placed));
    expect(await bed.run()).toBe(12);
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe('two workers that claim at the same time', () => {
  /** Claims, in a session in which every look at a delivery waits for the gate, once it has begun to look. */
  async function claimLate(meanwhile: () => Promise<void>): Promise<number> {
    const late = servicePool(bed.databaseUrl, 'late', 1);
    const gate = await bed.admin.connect();
    try {
      await gate.query('select pg_advisory_lock(1)');
      const claiming = inTransaction(late, (tx) => claim(tx, { worker: 'late', capacity: 100, now: clock.now() }));
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
    await bed.admin.query(`
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
  afterAll(() => bed.admin.query('alter table hooks.delivery disable row level security'));

  it('take no more together than the endpoint wants at once', async () => {
    await bed.hook({ url: receiver.url, maxInFlight: 3 });
    await bed.log(...Array.from({ length: 8 }, placed));
    await bed.follow();
    // What the other one takes meanwhile is committed after this one has begun to look, and before it locks.
    let taken = 0;
    const late = await claimLate(async () => void (taken = await bed.worker.dispatch()));
    expect([taken, late]).toEqual([3, 0]);
    await bed.worker.idle();
    expect(await bed.run()).toBe(5);
  });

  it('send one probe together to an endpoint that looked down', async () => {
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(...Array.from({ length: 8 }, placed));
    await bed.follow();
    await bed.admin.query('update hooks.endpoint set breaker_opened = 1, breaker_failures = 5 where hook_id = $1', [hook.hookId]);
    receiver.answer = hang;
    let taken = 0;
    const late = await claimLate(async () => void (taken = await bed.worker.dispatch()));
    expect([taken, late]).toEqual([1, 0]);
    await bed.endpoints.remove(hook.hookId);
    await receiver.stop();
    await bed.worker.idle();
    receiver = await Receiver.start();
  });
});

describe('order', () => {
  const versions = (aggregateId: string, ...of: number[]) =>
    of.map((aggregateVersion) => ({ type: 'order.placed', aggregateId, aggregateVersion }));
  const seen = () => receiver.received.map(({ event }) => `${event.subject}/${event.aggregateversion}`);

  it('is kept for each aggregate, and one that fails holds up no other', async () => {
    receiver.answer = (response, { event }) => void response.writeHead(event.subject === 'A' ? 404 : 200).end();
    await bed.hook({ url: receiver.url });
    await bed.log(...versions('A', 1, 2), ...versions('B', 1, 2, 3));
    await bed.run();
    expect(seen().filter((it) => it.startsWith('A'))).toEqual(['A/1']);
    expect(seen().filter((it) => it.startsWith('B'))).toEqual(['B/1', 'B/2', 'B/3']);
    receiver.answer = ok;
    clock.forward(5);
    await bed.run();
    expect(seen().filter((it) => it.startsWith('A'))).toEqual(['A/1', 'A/1', 'A/2']);
  });

  it('is kept for each service: the parts of one trip do not wait for each other', async () => {
    receiver.answer = (response, { event }) => void response.writeHead(event.type.includes('.hotel.') ? 404 : 200).end();
    await bed.hook({ url: receiver.url, types: ['hotel.*', 'flight.*', 'car.*', 'rail.*'] });
    const parts = ['hotel.room-reserved', 'flight.seat-reserved', 'car.car-reserved', 'rail.seat-reserved'];
    await bed.log(...parts.map((type) => ({ type, aggregateType: 'reservation', aggregateId: 'TRIP-1', aggregateVersion: 1 })));
    expect(await bed.run()).toBe(4);
  });

  it('lets what waits be due with what it waits for, so that no claim looks at it in vain', async () => {
    receiver.answer = status(404);
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(...versions('E', 1, 2, 3));
    await bed.run();
    const due = async () => (await bed.deliveriesOf(hook.hookId)).map(({ nextAttemptAt }) => nextAttemptAt);
    const inFive = new Date(clock.now().getTime() + 5_000).toISOString();
    expect(await due()).toEqual([inFive, inFive, inFive]);
    clock.forward(5);
    await bed.run();
    const later = new Date(clock.now().getTime() + 300_000).toISOString();
    expect(await due()).toEqual([later, later, later]);
    receiver.answer = ok;
    clock.forward(300);
    await bed.run();
    expect(seen()).toEqual(['E/1', 'E/1', 'E/1', 'E/2', 'E/3']);
  });

  it.each([
    ['the order is given up', { ordered: false }],
    ['the type of what it waits for is', { types: ['order.shipped'] }],
  ])('holds nothing back any more when %s', async (_, change) => {
    receiver.answer = status(404);
    const hook = await bed.hook({ url: receiver.url });
    const aggregateId = `ORDER-${++order}`;
    await bed.log(...versions(aggregateId, 1), { type: 'order.shipped', aggregateId, aggregateVersion: 2 });
    await bed.run();
    expect(seen()).toEqual([`${aggregateId}/1`]);
    await bed.endpoints.change(hook.hookId, change);
    receiver.answer = ok;
    await bed.run();
    expect(seen()).toEqual([`${aggregateId}/1`, `${aggregateId}/2`]);
  });

  it('is given up for what is given up', async () => {
    receiver.answer = (response, { event }) => void response.writeHead(event.aggregateversion === 1 ? 413 : 200).end();
    await bed.hook({ url: receiver.url });
    await bed.log(...versions('C', 1, 2));
    await bed.run();
    expect(seen()).toEqual(['C/1', 'C/2']);
  });

  it('is not kept where nobody wants it', async () => {
    receiver.answer = (response, { event }) => void response.writeHead(event.aggregateversion === 1 ? 404 : 200).end();
    await bed.hook({ url: receiver.url, ordered: false });
    await bed.log(...versions('D', 1, 2));
    await bed.run();
    expect(seen().sort()).toEqual(['D/1', 'D/2']);
  });
});

describe('an endpoint', () => {
  it('that is paused is sent nothing, and then everything', async () => {
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.follow();
    await bed.endpoints.change(hook.hookId, { state: 'paused' });
    await bed.log(placed());
    expect(await bed.run()).toBe(0);
    expect((await bed.deliveriesOf(hook.hookId)).map(({ state }) => state)).toEqual(['held', 'held']);
    await bed.endpoints.change(hook.hookId, { state: 'enabled' });
    expect(await bed.run()).toBe(2);
  });

  it.each([
    ['enabled', 'paused', 'pending'],
    ['paused', 'enabled', 'held'],
  ] as const)('that is %s while the fan-out sees it %s gets what the fan-out queued', async (to, from, state) => {
    const hook = await bed.hook({ url: receiver.url });
    await bed.endpoints.change(hook.hookId, { state: from });
    const [eventId] = await bed.log(placed());
    const held = await bed.admin.connect();
    try {
      // The fan-out has read the endpoint and waits for this row, which is never committed.
      await held.query('begin');
      await held.query(
        `insert into hooks.delivery (hook_id, event_id, position, type, type_version, state, trigger, next_attempt_at, created_at)
         values ($1, $2, 1, 'order.placed', 1, 'pending', 'auto', now(), now())`,
        [hook.hookId, eventId],
      );
      const fanningOut = bed.fanOut.step();
      await eventually(
        async () =>
          (await bed.admin.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
            .rowCount,
        (waiting) => waiting === 1,
      );
      await bed.endpoints.change(hook.hookId, { state: to });
      await held.query('rollback');
      await fanningOut;
    } finally {
      held.release(true);
    }
    await bed.sweeper.sweep();
    expect((await bed.deliveriesOf(hook.hookId)).map((delivery) => delivery.state)).toEqual([state]);
    expect(await bed.run()).toBe(to === 'enabled' ? 1 : 0);
  });

  it('that is deleted while it is sent to hears nothing more, and disturbs nobody', async () => {
    const neighbour = await Receiver.start();
    let answer: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      receiver.answer = (response) => {
        answer = () => void response.writeHead(500).end();
        resolve();
      };
    });
    const hook = await bed.hook({ url: receiver.url, maxInFlight: 1 });
    const other = await bed.hook({ url: neighbour.url });
    await bed.log(placed(), placed());
    await bed.follow();
    await bed.worker.dispatch();
    await arrived;
    await bed.endpoints.remove(hook.hookId);
    answer();
    await bed.worker.idle();
    clock.forward(10 * HOUR);
    await bed.run();
    await expect(bed.endpoints.get(hook.hookId)).rejects.toMatchObject({ problem: { code: 'HOOK_NOT_FOUND' } });
    expect(receiver.received.length).toBeLessThanOrEqual(2);
    expect((await bed.deliveriesOf(other.hookId)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    await neighbour.stop();
  });

  it('does not get what it no longer wants', async () => {
    receiver.answer = status(500);
    const hook = await bed.hook({ url: receiver.url, types: ['order.placed', 'order.shipped'] });
    await bed.log(placed());
    await bed.run();
    await bed.endpoints.change(hook.hookId, { types: ['order.shipped'] });
    clock.forward(10);
    expect(await bed.run()).toBe(0);
    expect(await bed.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'cancelled', lastError: 'type_removed' }]);
  });

  it('that selects other types keeps the versions it has, until it names another', async () => {
    const { hookId } = await bed.hook({ url: receiver.url, types: ['order.approved'] });
    // As it was pinned when version 1 was the newest.
    await bed.admin.query(`update hooks.endpoint set version_pins = '{"order.approved": 1}' where hook_id = $1`, [hookId]);
    const added = await bed.endpoints.change(hookId, { types: ['order.approved', 'order.shipped'] });
    expect(added.versions).toEqual({ 'order.approved': 1, 'order.shipped': 1 });
    const other = await bed.hook({ url: receiver.url, types: ['order.approved@1'] });
    const moved = await bed.endpoints.change(other.hookId, { types: ['order.approved@2'] });
    expect(moved.versions).toEqual({ 'order.approved': 2 });
    await bed.log(approved('ORDER-PINNED'));
    await bed.run();
    expect(receiver.received.map(({ event }) => event.type).toSorted()).toEqual([
      'com.roundtrip.order.approved.v1',
      'com.roundtrip.order.approved.v2',
    ]);
    // Deliveries show the id that was sent, which is another one in another version than that of the log.
    for (const id of [hookId, other.hookId]) {
      const [delivery] = await bed.deliveriesOf(id);
      expect(delivery!.eventId).toBe(delivery!.attempts[0]!.requestHeaders['webhook-id']);
      const again = await bed.deliveries.redeliver(id, delivery!.deliveryId, { fingerprint: id });
      expect(again.eventId).toBe(delivery!.eventId);
    }
    expect(receiver.ids.map((id) => id.slice(36)).toSorted()).toEqual(['', '-v2']);
  });

  it('gets a type that appears later in the version that was then the newest', async () => {
    const { hookId, versions } = await bed.hook({ url: receiver.url, types: ['order.*'] });
    // As it was saved before there was a type order.approved.
    await bed.admin.query(`update hooks.endpoint set version_pins = version_pins - 'order.approved' where hook_id = $1`, [
      hookId,
    ]);
    await pinNewTypes(bed.database);
    expect((await bed.endpoints.get(hookId)).versions).toEqual(versions);
    // A pin that is there stays.
    await bed.admin.query(`update hooks.endpoint set version_pins = version_pins || '{"order.approved": 1}' where hook_id = $1`, [
      hookId,
    ]);
    await pinNewTypes(bed.database);
    expect((await bed.endpoints.get(hookId)).versions).toEqual({ ...versions, 'order.approved': 1 });
  });

  it('whose secret is rotated while it is sent to is signed for under both, and later under the new one alone', async () => {
    receiver.answer = status(500);
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.run();
    const { secret } = await bed.endpoints.rotateSecret(hook.hookId, { expireAfterSeconds: 400 }, command);
    clock.forward(5);
    await bed.run();
    clock.forward(500);
    await bed.run();
    const verifies = (n: number, by: string) => {
      const { body, headers } = receiver.received[n]!;
      const signatures = String(headers['webhook-signature']).split(' ');
      const timestamp = new Date(Number(headers['webhook-timestamp']) * 1_000);
      const expected = new Webhook(by).sign(String(headers['webhook-id']), timestamp, body);
      return signatures.indexOf(expected);
    };
    expect([verifies(0, hook.secret), verifies(0, secret)]).toEqual([0, -1]);
    expect([verifies(1, hook.secret), verifies(1, secret)], 'the new one first').toEqual([1, 0]);
    expect([verifies(2, hook.secret), verifies(2, secret)]).toEqual([-1, 0]);
    expect(new Set(receiver.ids).size).toBe(1);
  });

  it('keeps its secrets encrypted', async () => {
    const { secret } = await bed.hook({ url: receiver.url });
    const { rows } = await bed.admin.query<{ all: string }>(
      `select string_agg(encode(ciphertext, 'escape'), '') as all from hooks.endpoint_secret`,
    );
    expect(rows[0]!.all).not.toContain(secret.slice(6, 20));
  });

  it('that nothing reaches for five days is warned about, disabled and told so, once each', async () => {
    receiver.answer = status(500);
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    for (let hour = 0; hour <= 120; hour += 2) {
      await bed.run();
      await bed.sweeper.sweep();
      clock.forward(2 * HOUR);
    }
    const about = (await bed.said()).filter(({ data }) => data['hookId'] === hook.hookId);
    expect(about.map(({ type, data }) => [type, data['percent'] ?? data['reason'] ?? null])).toEqual([
      ['hooks.endpoint.warned', 50],
      ['hooks.endpoint.exhausted', null],
      ['hooks.endpoint.warned', 70],
      ['hooks.endpoint.warned', 90],
      ['hooks.endpoint.disabled', 'failing'],
    ]);
    await bed.log(placed());
    expect(await bed.run()).toBe(0);
    expect(await bed.deliveriesOf(hook.hookId), 'no rows while it is disabled').toHaveLength(1);

    // Enabled again it starts from now on, and says when it works again.
    receiver.answer = ok;
    await bed.endpoints.change(hook.hookId, { state: 'enabled' });
    await bed.log(placed());
    await bed.run();
    expect((await bed.said()).at(-1)).toMatchObject({ type: 'hooks.endpoint.recovered', data: { hookId: hook.hookId } });
    expect(await bed.deliveriesOf(hook.hookId)).toHaveLength(2);

    // The hole is filled by a recovery, and by nothing twice.
    const sentBefore = receiver.received.length;
    await bed.recoveryRequests.recover(
      hook.hookId,
      { since: new Date(clock.now().getTime() - 10 * 86_400_000).toISOString(), types: ['order.placed'] },
      command,
    );
    while (await bed.recoveries.step());
    const [, , running] = await bed.deliveriesOf(hook.hookId);
    expect(running).toBeDefined();
    await bed.run();
    const again = receiver.ids.slice(sentBefore);
    expect(new Set(again).size).toBe(again.length);
    const deliveries = await bed.deliveriesOf(hook.hookId);
    const succeeded = deliveries.filter(({ state }) => state === 'succeeded').map(({ eventId }) => eventId);
    expect(new Set(succeeded).size, 'each event once').toBe(succeeded.length);
    expect(new Set(deliveries.map(({ eventId }) => eventId))).toEqual(new Set(succeeded));
  });

  it('keeps what finished, with its attempts and recoveries, for its retention, and what waits for longer', async () => {
    receiver.answer = ok;
    const hook = await bed.hook({ url: receiver.url, types: ['order.placed'] });
    await bed.log(placed());
    await bed.run();
    // Behind the end of the log, so that the recovery takes no event of another test.
    const { rows: ends } = await bed.admin.query<{ head: string }>('select max(position) as head from events.log');
    const since = sequenceOf(Number(ends[0]!.head) + 1);
    await bed.recoveryRequests.recover(hook.hookId, { since }, { ...command, key: 'a key of thirty days ago' });
    while (await bed.recoveries.step());
    await bed.endpoints.change(hook.hookId, { state: 'paused' });
    await bed.log(placed());
    await bed.follow();
    const left = async () => {
      await bed.sweeper.sweep();
      const { rows } = await bed.admin.query<Record<string, number>>(
        `select (select count(*)::int from hooks.delivery where hook_id = $1 and state = 'succeeded') as succeeded,
                (select count(*)::int from hooks.delivery where hook_id = $1 and state = 'held') as held,
                (select count(*)::int from hooks.attempt join hooks.delivery using (delivery_id) where hook_id = $1) as attempts,
                (select count(*)::int from hooks.recovery where hook_id = $1) as recoveries,
                (select count(*)::int from hooks.command where key = 'a key of thirty days ago') as keys`,
        [hook.hookId],
      );
      return rows[0];
    };
    clock.forward(23 * 3_600);
    expect(await left()).toEqual({ succeeded: 1, held: 1, attempts: 1, recoveries: 1, keys: 1 });
    clock.forward(29 * 24 * 3_600);
    expect(await left()).toEqual({ succeeded: 1, held: 1, attempts: 1, recoveries: 1, keys: 0 });
    clock.forward(2 * 24 * 3_600);
    expect(await left()).toEqual({ succeeded: 0, held: 1, attempts: 0, recoveries: 0, keys: 0 });
  });

  it('that is disabled in the middle of a recovery gets the rest when it is enabled again', async () => {
    const hook = await bed.hook({ url: receiver.url });
    const { rows } = await bed.admin.query<{ position: string }>(
      `with logged as (
         insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         select gen_random_uuid(), 'order', 'order.placed', 1, 'order', 'MANY-' || n, 1, 'MANY-' || n, now(), '{}' from generate_series(1, 1500) n
         returning position
       ) select min(position) as position from logged`,
    );
    await bed.follow();
    await bed.admin.query('delete from hooks.delivery where hook_id = $1', [hook.hookId]);
    const since = rows[0]!.position.padStart(20, '0');
    const { recoveryId } = await bed.recoveryRequests.recover(hook.hookId, { since }, command);
    const standing = () => bed.recoveryRequests.get(hook.hookId, recoveryId);
    expect(await bed.recoveries.step()).toBe(true);
    expect(await standing()).toMatchObject({ state: 'running', queued: 1_000 });
    await bed.admin.query(`update hooks.endpoint set state = 'disabled', disabled_reason = 'gone' where hook_id = $1`, [
      hook.hookId,
    ]);
    expect(await bed.recoveries.step()).toBe(false);
    expect(await standing()).toMatchObject({ state: 'running', queued: 1_000 });
    await bed.endpoints.change(hook.hookId, { state: 'enabled' });
    while (await bed.recoveries.step());
    expect(await standing()).toMatchObject({ state: 'done', queued: 1_500 });
  });

  it('that is paused while it is mended has all its time again afterwards', async () => {
    receiver.answer = status(500);
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(...Array.from({ length: 10 }, placed));
    for (let day = 0; day < 2; day++) {
      await bed.run();
      clock.forward(24 * HOUR);
    }
    await bed.admin.query('update hooks.endpoint set failures = 10 where hook_id = $1', [hook.hookId]);
    await bed.endpoints.change(hook.hookId, { state: 'paused' });
    clock.forward(6 * 24 * HOUR);
    await bed.sweeper.sweep();
    await bed.endpoints.change(hook.hookId, { state: 'enabled' });
    await bed.sweeper.sweep();
    const { state, health } = await bed.endpoints.get(hook.hookId);
    expect({ state, ...health }).toMatchObject({ state: 'enabled', failures: 0, failingSince: null, breakerOpenUntil: null });
    receiver.answer = ok;
    await bed.run();
    expect((await bed.deliveriesOf(hook.hookId)).map((delivery) => delivery.state)).toEqual(
      Array.from({ length: 10 }, () => 'succeeded'),
    );
  });

  it('says at most once an hour that deliveries were given up', async () => {
    receiver.answer = status(413);
    const hook = await bed.hook({ url: receiver.url });
    const exhausted = async () =>
      (await bed.said()).filter(({ type, data }) => type === 'hooks.endpoint.exhausted' && data['hookId'] === hook.hookId).length;
    await bed.log(placed(), placed(), placed());
    await bed.run();
    clock.forward(HOUR - 1);
    await bed.log(placed());
    await bed.run();
    expect(await exhausted()).toBe(1);
    clock.forward(1);
    await bed.log(placed());
    await bed.run();
    expect(await exhausted()).toBe(2);
  });

  it('that has to prove itself is enabled by the echo of its challenge and by nothing less', async () => {
    const hook = await bed.hook({ url: receiver.url, verify: true });
    await bed.log(placed());
    await bed.run();
    expect(await bed.endpoints.get(hook.hookId)).toMatchObject({ state: 'pending' });
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['com.roundtrip.hooks.endpoint.verify.v1']);
    receiver.answer = (response, { event }) => {
      const { challenge } = event.data as { challenge: string };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ challenge }));
    };
    clock.forward(5);
    await bed.run();
    expect(await bed.endpoints.get(hook.hookId)).toMatchObject({ state: 'enabled' });
    await bed.log(placed());
    await bed.run();
    expect(receiver.received.at(-1)!.event.type).toBe('com.roundtrip.order.placed.v1');
  });

  it('is sent a test even while it is paused, and once for one key', async () => {
    const hook = await bed.hook({ url: receiver.url });
    await bed.endpoints.change(hook.hookId, { state: 'paused' });
    const first = await bed.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'a' });
    expect(await bed.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'a' })).toEqual(first);
    await expect(bed.endpoints.test(hook.hookId, { key: 'k1', fingerprint: 'b' })).rejects.toMatchObject({
      problem: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await bed.run()).toBe(1);
    expect(
      new Webhook(hook.secret).sign(
        receiver.ids[0]!,
        new Date(Number(receiver.received[0]!.headers['webhook-timestamp']) * 1_000),
        receiver.received[0]!.body,
      ),
    ).toBe(receiver.received[0]!.headers['webhook-signature']);
  });

  it('can be sent an event once more, under the same id', async () => {
    const hook = await bed.hook({ url: receiver.url });
    await bed.log(placed());
    await bed.run();
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    const again = await bed.deliveries.redeliver(hook.hookId, delivery!.deliveryId, command);
    expect(again).toMatchObject({ trigger: 'manual', eventId: delivery!.eventId, state: 'pending' });
    await bed.run();
    expect(receiver.ids).toEqual([delivery!.eventId, delivery!.eventId]);
  });

  it('is not sent an event once more that the log has trimmed', async () => {
    const hook = await bed.hook({ url: receiver.url, types: ['order.placed'] });
    await bed.log(placed());
    await bed.run();
    const [delivery] = await bed.deliveriesOf(hook.hookId);
    await bed.admin.query('delete from events.log where event_id = $1', [delivery!.eventId]);
    const refusal: unknown = await bed.deliveries
      .redeliver(hook.hookId, delivery!.deliveryId, { ...command, key: 'too late' })
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ problem: { status: 404, code: 'EVENT_NOT_FOUND' } });
    const all = await bed.deliveries.redeliverAll(hook.hookId, { state: 'succeeded' }, { ...command, key: 'all too late' });
    expect(all).toEqual({ queued: 0, next: null });
  });

  it('has a recovery begin behind what the log loses while it is requested', async () => {
    const hook = await bed.hook({ url: receiver.url, types: ['order.placed'] });
    const since = new Date().toISOString();
    const [first] = await bed.log(placed());
    const trimming = await bed.admin.connect();
    try {
      await trimming.query('begin');
      await trimming.query('select pg_advisory_xact_lock($1)', [TRIM_LOCK]);
      const requested = bed.recoveryRequests.recover(hook.hookId, { since }, { ...command, key: 'beside the trim' });
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
      const { recoveryId } = await requested;
      const { rows: made } = await bed.admin.query('select position from hooks.recovery where recovery_id = $1', [recoveryId]);
      expect(made).toEqual([{ position: rows[0]!.position }]);
    } finally {
      trimming.release(true);
    }
  });
});
