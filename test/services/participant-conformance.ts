import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../contracts/event-catalogue.js';
import { Problem } from '../../contracts/values/problem.js';
import { refusalsOf } from '../../contracts/participant/participants.js';
import { services } from '../../libs/database/services.js';
import { roleOf } from '../../libs/database/service-url.js';
import { whileNothingIsRelayed } from '../support/relay.js';
import { holdingKey } from './holding-key.harness.js';
import { newKey, type ParticipantHarness, type Reply } from './participant.harness.js';
import { backdate, trim } from './trimming.harness.js';

/** A command that succeeds, on an aggregate that nobody else uses. */
interface EffectSample {
  operation: string;
  body: Record<string, unknown>;
  /** As valid, and not the same. */
  otherBody: Record<string, unknown>;
  aggregate: { type: string; id: string };
}

/** An undo by ids alone of a step that has not arrived yet. */
interface UndoSample {
  undo: { operation: string; body: object };
  /** The step, which arrives late. */
  late: { operation: string; body: object };
  aggregate: EffectSample['aggregate'];
  /** The events of an undo that comes first; none unless readers wait for it. */
  published?: string[];
}

interface ConformanceSamples {
  effect(): Promise<EffectSample> | EffectSample;
  /** A command that is refused for a business reason. */
  refusal(): Promise<{ operation: string; body: object; code: string }> | { operation: string; body: object; code: string };
  /** For each undo of the participant, by its operation. */
  undos: Record<string, () => Promise<UndoSample> | UndoSample>;
}

/** The contract of every participant with sagas. */
export function describeConformance(harness: ParticipantHarness, samples: ConformanceSamples): void {
  const { participant } = harness;

  const eventsOf = ({ type, id }: EffectSample['aggregate']) => harness.facts(type, id);
  const causedBy = async (aggregate: EffectSample['aggregate'], key: string) =>
    (await eventsOf(aggregate)).filter(({ causation }) => causation === key);

  describe(`${participant}: a command and its key`, () => {
    it('has its effect once and answers a repeat the same', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      const first = await harness.send(operation, body, key);
      expect(first.status).toBe(200);
      const reordered = Object.fromEntries(Object.entries(body).reverse());
      expect(await harness.send(operation, reordered, key)).toEqual(first);
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('refuses a key that came with another body or another operation', async () => {
      const { operation, body, otherBody, aggregate } = await samples.effect();
      const key = newKey();
      await harness.send(operation, body, key);
      expectProblem(await harness.send(operation, otherBody, key), 422, 'IDEMPOTENCY_KEY_REUSED');
      const { operation: another, body: anotherBody } = await samples.refusal();
      expectProblem(await harness.send(another, anotherBody, key), 422, 'IDEMPOTENCY_KEY_REUSED');
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('keeps a refusal as it keeps a success', async () => {
      const { operation, body, code } = await samples.refusal();
      const key = newKey();
      const first = await harness.send(operation, body, key);
      expectProblem(first, 409, code);
      expect(refusalsOf(participant, operation)).toContain(code);
      expect(await harness.send(operation, body, key)).toEqual(first);
      expect((await harness.find(key)).body).toEqual({ operation, status: 409, body: first.body });
    });

    it('has one effect when the same command comes many times at once', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      const replies = await Promise.all(Array.from({ length: 20 }, () => harness.send(operation, body, key)));
      for (const reply of replies) expect(reply).toEqual(replies[0]);
      expect(replies[0]!.status).toBe(200);
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('can be looked up by its key once it has had its effect', async () => {
      const { operation, body } = await samples.effect();
      const key = newKey();
      expectProblem(await harness.find(key), 404, 'COMMAND_NOT_FOUND');
      const { body: answer } = await harness.send(operation, body, key);
      expect(await harness.find(key)).toMatchObject({ status: 200, body: { operation, status: 200, body: answer } });
    });

    it('writes its event in the transaction of the effect and the key', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await whileNothingIsRelayed(async () => {
        await harness.send(operation, body, key, { 'x-correlation-id': 'saga-of-the-test', traceparent });
        const transactions = await harness.rows(
          `select 'command' as what, xmin::text as id from command where key = $1
           union all select 'event', xmin::text from outbox where causation_id = $1`,
          key,
        );
        expect(transactions).toEqual([
          { what: 'command', id: expect.any(String) },
          { what: 'event', id: transactions[0]!.id },
        ]);
      });
      expect(await causedBy(aggregate, key)).toEqual([expect.objectContaining({ correlation: 'saga-of-the-test', traceparent })]);
      const versions = (await eventsOf(aggregate)).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    });
  });

  describe(`${participant}: a key that is sealed`, () => {
    const refusalOf = (key: string) => ({ operation: 'seal', status: 409, body: { code: 'COMMAND_SEALED', status: 409 }, key });
    const expectSealed = async (key: string, reply: Reply) => {
      const { operation, status, body } = refusalOf(key);
      expect(reply).toMatchObject({ status: 200, key, body: { operation, status, body, sealed: true } });
      expect((await harness.find(key)).body).toMatchObject({ operation, status, body });
    };

    it('before its command comes refuses that command, with any body, and any other', async () => {
      const { operation, body, otherBody, aggregate } = await samples.effect();
      const other = await samples.refusal();
      const key = newKey();
      await expectSealed(key, await harness.seal(key));
      for (const [wanted, content] of [
        [operation, body],
        [operation, otherBody],
        [other.operation, other.body],
      ] as const) {
        const reply = await harness.send(wanted, content, key);
        expectProblem(reply, 409, 'COMMAND_SEALED');
        expect(reply.key).toBe(key);
      }
      expect(await causedBy(aggregate, key)).toHaveLength(0);
      // The command itself is not refused: only this key is.
      expect((await harness.send(operation, body)).status).toBe(200);
    });

    it('after its command keeps the answer, be it a refusal', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const refused = await samples.refusal();
      for (const [wanted, content] of [
        [operation, body],
        [refused.operation, refused.body],
      ] as const) {
        const key = newKey();
        const first = await harness.send(wanted, content, key);
        const found = { operation: wanted, status: first.status, body: first.body };
        expect(await harness.seal(key)).toMatchObject({ status: 200, key, body: { ...found, sealed: false } });
        expect(await harness.send(wanted, content, key)).toEqual(first);
        expect((await harness.find(key)).body).toEqual(found);
      }
      expect(await eventsOf(aggregate)).not.toHaveLength(0);
    });

    it('while its command is under way waits for the answer', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      await holdingKey(harness, key, async ({ untilHeld, untilWaiting, release }) => {
        const command = harness.send(operation, body, key);
        await untilHeld();
        const seal = harness.seal(key);
        await untilWaiting();
        await release();
        expect(await command).toMatchObject({ status: 200, key });
        expect(await seal).toMatchObject({ status: 200, body: { operation, status: 200, sealed: false } });
      });
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('makes a command wait that comes meanwhile, and refuses it', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      await holdingKey(harness, key, async ({ untilHeld, untilWaiting, release }) => {
        const seal = harness.seal(key);
        await untilHeld();
        const command = harness.send(operation, body, key);
        await untilWaiting();
        await release();
        await expectSealed(key, await seal);
        expectProblem(await command, 409, 'COMMAND_SEALED');
      });
      expect(await causedBy(aggregate, key)).toHaveLength(0);
    });

    it('twice, and many times at once, has one answer', async () => {
      const key = newKey();
      const first = await harness.seal(key);
      expect(await harness.seal(key)).toEqual(first);
      const other = newKey();
      const replies = await Promise.all(Array.from({ length: 10 }, () => harness.seal(other)));
      for (const reply of replies) expect(reply).toEqual(replies[0]);
      await expectSealed(other, replies[0]!);
    });

    it('or its command wins when they race, and only one of them', async () => {
      for (let round = 0; round < 5; round++) {
        const { operation, body, aggregate } = await samples.effect();
        const key = newKey();
        const [command, seal] = await Promise.all([harness.send(operation, body, key), harness.seal(key)]);
        expect(seal.body.sealed).toBe(command.status !== 200);
        if (command.status !== 200) expectProblem(command, 409, 'COMMAND_SEALED');
        expect(await causedBy(aggregate, key)).toHaveLength(command.status === 200 ? 1 : 0);
      }
    });

    it('must be a key', async () => {
      for (const key of ['with space', 'x'.repeat(256)]) {
        const reply = await harness.seal(key);
        expectProblem(reply, 422, 'VALIDATION_FAILED');
        expect(reply.key).toBeNull();
      }
    });
  });

  describe(`${participant}: an answer`, () => {
    it("carries the key if, and only if, it is the key's own", async () => {
      const { operation, body, otherBody } = await samples.effect();
      const refused = await samples.refusal();
      const [key, refusedKey] = [newKey(), newKey()];
      expect(await harness.find(key)).toMatchObject({ status: 404, key: null });
      expect(await harness.send(operation, { ...body, unknown: 1 }, key)).toMatchObject({ status: 422, key: null });
      expect(await harness.send('noSuchThing', body, key)).toMatchObject({ status: 404, key: null });
      expect(await harness.send(operation, body, 'with space')).toMatchObject({ status: 400, key: null });

      expect(await harness.send(operation, body, key)).toMatchObject({ status: 200, key });
      expect(await harness.send(operation, body, key)).toMatchObject({ status: 200, key });
      expect(await harness.find(key)).toMatchObject({ status: 200, key });
      expect(await harness.send(refused.operation, refused.body, refusedKey)).toMatchObject({ status: 409, key: refusedKey });
      expect(await harness.find(refusedKey)).toMatchObject({ status: 200, key: refusedKey });
      expect(await harness.send(operation, otherBody, key)).toMatchObject({ status: 422, key: null });
    });
  });

  describe(`${participant}: an undo of a step that has not arrived`, () => {
    it.each(Object.entries(samples.undos))(
      '%s needs ids alone, and refuses the late step under every key',
      async (name, sample) => {
        const { undo, late, aggregate, published = [] } = await sample();
        expect(undo.operation).toBe(name);
        const [first, second] = [newKey(), newKey()];
        const undone = await harness.send(undo.operation, undo.body, first);
        expect(undone.status, JSON.stringify(undone.body)).toBe(200);
        const refusals = refusalsOf(participant, late.operation);
        for (let attempt = 0; attempt < 2; attempt++) {
          const reply = await harness.send(late.operation, late.body);
          expectProblem(reply, 409);
          expect(refusals).toContain(reply.body.code);
        }
        expect((await harness.send(undo.operation, undo.body, second)).body).toEqual(undone.body);
        expect((await causedBy(aggregate, first)).map((fact) => fact.name)).toEqual(published);
        expect(await causedBy(aggregate, second)).toEqual([]);
      },
    );
  });

  describe(`${participant}: what it remembers of commands`, () => {
    const [before, floor, after] = ['2020-01-01T00:00:00Z', '2020-01-02T00:00:00.000Z', '2020-01-03T00:00:00Z'];

    it('goes once it is older than asked for, and no sooner', async () => {
      const { operation, body, otherBody } = await samples.effect();
      const [old, young] = [newKey(), newKey()];
      const first = await harness.send(operation, body, old);
      const second = await harness.send(operation, otherBody, young);
      await backdate(harness, before, old);
      await backdate(harness, after, young);
      expect((await trim(harness, floor)).keptSince).toBe(floor);
      expect((await harness.find(old)).status).toBe(404);
      expect(await harness.send(operation, otherBody, young)).toEqual(second);
      expect(first.status).toBe(200);
    });

    it("is kept for the participant's own retention, whatever floor it receives", async () => {
      const { operation, body } = await samples.effect();
      const key = newKey();
      const first = await harness.send(operation, body, key);
      const { keptSince } = await trim(harness, '2999-01-01T00:00:00Z');
      expect(Date.now() - Date.parse(keptSince)).toBeGreaterThanOrEqual(168 * 3_600_000);
      expect(await harness.send(operation, body, key)).toEqual(first);
    });

    it.each(Object.entries(samples.undos))('keeps refusing what %s has undone while that may still come', async (_, sample) => {
      const { undo, late, published = [] } = await sample();
      const ids = Object.values(undo.body).filter((value) => typeof value === 'string');
      await harness.send(undo.operation, undo.body);
      await backdate(harness, after, ...ids);
      await trim(harness, floor);
      expectProblem(await harness.send(late.operation, late.body), 409);
      if (published.length > 0) return; // published tombstones stay
      await backdate(harness, before, ...ids);
      const { removed } = await trim(harness, floor);
      expect(Object.values({ ...removed, command: 0 }).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(1);
    });

    it('must be asked for with a time', async () => {
      for (const body of [{}, { keepCommandsSince: 'yesterday' }, { keepCommandsSince: null }]) {
        const reply = await harness.request('POST', '/retention', JSON.stringify(body), { 'content-type': 'application/json' });
        expect(reply.status).toBe(422);
        expectProblem(reply, 422, 'VALIDATION_FAILED');
      }
    });
  });

  describe(`${participant}: its events`, () => {
    it('are in the catalogue, fit their schemas, and say nothing that these do not describe', async () => {
      const { operation, body } = await samples.effect();
      expect((await harness.send(operation, body)).status).toBe(200);
      // Includes events of earlier tests, in the outbox and in the log.
      const rows = await harness.rows<{ name: string; type: string; version: number; data: string }>(
        `select type || '.v' || type_version as name, type, type_version as version, data from outbox
         union all select type || '.v' || type_version, type, type_version, data from events.log where service = $1`,
        participant,
      );
      expect(rows).not.toHaveLength(0);
      for (const { name, type, version, data } of rows) {
        const written = JSON.parse(data) as unknown;
        expect(eventCatalogue.get(type)?.versions[version - 1]?.schema.parse(written), name).toEqual(written);
      }
    });
  });

  describe(`${participant}: requests that are wrong`, () => {
    it('answers each with a 4xx problem and has no effect', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const before = await eventsOf(aggregate);
      const json = JSON.stringify(body);
      const post = (text: string, headers: Record<string, string> = {}) =>
        harness.request('POST', `/commands/${operation}`, text, {
          'content-type': 'application/json',
          'idempotency-key': newKey(),
          ...headers,
        });
      const [field] = Object.keys(body) as [string];

      expectProblem(await harness.send(operation, { ...body, unknown: 1 }), 422, 'VALIDATION_FAILED');
      expectProblem(await harness.send(operation, { ...body, [field]: { nested: true } }), 422, 'VALIDATION_FAILED');
      expectProblem(await harness.send(operation, { ...body, [field]: undefined }), 422, 'VALIDATION_FAILED');
      expectProblem(await harness.send(operation, { ...body, [field]: '\u0000' }), 422, 'VALIDATION_FAILED');
      for (const other of [null, [], 'text', 5]) expectProblem(await harness.send(operation, other), 422);
      expectProblem(await post(json.slice(1)), 400);
      expectProblem(await post(json, { 'content-type': 'text/plain' }));
      expectProblem(await post(JSON.stringify({ ...body, unknown: 'x'.repeat(200_000) })), 413);
      for (const key of ['', 'with space', 'x'.repeat(256)])
        expectProblem(await harness.send(operation, body, key), 400, 'INVALID_HEADER');
      expectProblem(
        await harness.request('POST', `/commands/${operation}`, json, { 'content-type': 'application/json' }),
        400,
        'INVALID_HEADER',
      );
      for (const unknown of ['noSuchThing', '__proto__', 'constructor', 'toString'])
        expectProblem(await harness.send(unknown, body), 404, 'UNKNOWN_OPERATION');
      expect(await eventsOf(aggregate)).toEqual(before);
    });
  });

  describe(`${participant}: faults on demand`, () => {
    afterEach(() => harness.clearFaults());

    it('error: fails before any effect, as often as asked', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      await harness.putFault({ operation, mode: 'error', times: 2 });
      expectProblem(await harness.send(operation, body, key), 500, 'FAULT_ON_DEMAND');
      expectProblem(await harness.send(operation, body, key), 500, 'FAULT_ON_DEMAND');
      expect((await harness.find(key)).status).toBe(404);
      expect((await harness.send(operation, body, key)).status).toBe(200);
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('delay: answers late', async () => {
      const { operation, body } = await samples.effect();
      await harness.putFault({ operation, mode: 'delay', delayMs: 300, times: 1 });
      const startedAt = performance.now();
      expect((await harness.send(operation, body)).status).toBe(200);
      expect(performance.now() - startedAt).toBeGreaterThan(295);
    });

    it('drop-response: has its effect and cuts the connection; the key has the answer', async () => {
      const { operation, body, aggregate } = await samples.effect();
      const key = newKey();
      await harness.putFault({ operation, mode: 'drop-response', times: 1 });
      await expect(harness.send(operation, body, key)).rejects.toThrow('fetch failed');
      const found = await harness.find(key);
      expect(found).toMatchObject({ status: 200, body: { operation, status: 200 } });
      expect(await harness.send(operation, body, key)).toMatchObject({ status: 200, body: found.body.body });
      expect(await causedBy(aggregate, key)).toHaveLength(1);
    });

    it('refuse: is a refusal like any other: without effect, and the final answer of its key', async () => {
      const { operation, body, otherBody, aggregate } = await samples.effect();
      const key = newKey();
      await harness.putFault({ operation, mode: 'refuse', times: 1 });
      const first = await harness.send(operation, body, key);
      expectProblem(first, 409, refusalsOf(participant, operation)[0]);
      expect(first.key).toBe(key);
      expect((await harness.find(key)).body).toEqual({ operation, status: 409, body: first.body });
      expect(await harness.send(operation, body, key)).toEqual(first);
      expectProblem(await harness.send(operation, otherBody, key), 422, 'IDEMPOTENCY_KEY_REUSED');
      expect(await causedBy(aggregate, key)).toHaveLength(0);
      expect((await harness.send(operation, body)).status).toBe(200);
    });

    it('refuse: does not change the answer that a key has', async () => {
      const { operation, body } = await samples.effect();
      const key = newKey();
      const first = await harness.send(operation, body, key);
      await harness.putFault({ operation, mode: 'refuse' });
      expect(await harness.send(operation, body, key)).toEqual(first);
    });

    it('can be set for the seal, which is never refused', async () => {
      const keys = { error: newKey(), 'drop-response': newKey(), delay: newKey() };
      await harness.putFault({ operation: 'seal', mode: 'error', times: 1 });
      expectProblem(await harness.seal(keys.error), 500, 'FAULT_ON_DEMAND');
      expect((await harness.find(keys.error)).status).toBe(404);

      await harness.putFault({ operation: 'seal', mode: 'drop-response', times: 1 });
      await expect(harness.seal(keys['drop-response'])).rejects.toThrow('fetch failed');
      expect(await harness.find(keys['drop-response'])).toMatchObject({ status: 200, body: { operation: 'seal' } });

      await harness.putFault({ operation: 'seal', mode: 'delay', delayMs: 300, times: 1 });
      const startedAt = performance.now();
      expect((await harness.seal(keys.delay)).body).toMatchObject({ sealed: true });
      expect(performance.now() - startedAt).toBeGreaterThan(295);

      expectProblem(await harness.putFault({ operation: 'seal', mode: 'refuse' }), 422, 'FAULT_NOT_POSSIBLE');
    });

    it('lists and clears them, and refuses one for an operation that there is not', async () => {
      const { operation } = await samples.effect();
      const fault = { operation, mode: 'error' as const, times: 3 };
      expect(await harness.putFault(fault)).toMatchObject({ status: 200, body: { participant, ...fault } });
      expect((await harness.get('/faults')).body).toEqual({ items: [{ participant, ...fault }] });
      expect((await harness.clearFaults()).status).toBe(204);
      expect((await harness.get('/faults')).body).toEqual({ items: [] });
      expectProblem(await harness.putFault({ ...fault, operation: 'noSuchThing' }), 422, 'UNKNOWN_OPERATION');
    });
  });

  describe(`${participant}: its database role`, () => {
    it('owns its own tables and cannot read those of any other service', async () => {
      await harness.asAdministrator(async (client) => {
        await client.query(`set role ${pg.escapeIdentifier(roleOf(participant))}`);
        await client.query(`select count(*) from ${pg.escapeIdentifier(participant)}.command`);
        const others = services.filter((service) => service !== participant);
        expect(others).not.toHaveLength(0);
        for (const other of others) {
          await expect(client.query(`select count(*) from ${pg.escapeIdentifier(other)}.command`)).rejects.toThrow(
            `permission denied for schema ${other}`,
          );
        }
        await expect(client.query('create table public.intruder ()')).rejects.toThrow('permission denied for schema public');
      });
    });
  });
}

/** The reply is a problem document of this status and code; without a status, of any that says that the request was wrong. */
export function expectProblem(reply: Reply, status?: number, code?: string): void {
  expect(reply.type).toContain('application/problem+json');
  expect(Problem.safeParse(reply.body).error).toBeUndefined();
  expect(reply.body).toMatchObject({ status: reply.status, ...(code === undefined ? {} : { code }) });
  expect(reply.status).toSatisfy((is: number) => (status === undefined ? is >= 400 && is < 500 : is === status));
}
