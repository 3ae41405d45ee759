import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadEvent } from '../../contracts/event/dead-event.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { eventually } from '../support/api.js';
import { LogHarness, type RelayProcess } from './log.harness.js';

let testLog: LogHarness;
let relay: RelayProcess;
beforeAll(async () => {
  testLog = await LogHarness.create();
  relay = await testLog.relay();
});
afterAll(() => testLog.drop());

/** The outbox after the relay has looked at everything in it. */
const settled = () =>
  eventually(
    () => testLog.outboxRows(),
    (rows) => rows === 0,
  );

async function deadOf(aggregate: string): Promise<DeadEvent[]> {
  const { items } = await relay.get<Page<DeadEvent>>('/dead-events?service=order&limit=200');
  return items.filter(({ aggregateId }) => aggregateId === aggregate);
}
const reasonsOf = async (aggregate: string) =>
  (await deadOf(aggregate)).map(({ aggregateVersion, state, reason }) => `${aggregateVersion} ${state} ${reason}`);

const act = async (aggregate: string, version: number, action: 'replay' | 'skip', body: object = {}) => {
  const one = (await deadOf(aggregate)).find(({ aggregateVersion }) => aggregateVersion === version)!;
  return relay.post(`/dead-events/order/${one.id}/${action}`, body);
};

/** Version 2 cannot go into the log, 3 and 4 come after it; another aggregate has nothing to do with it. */
async function poisoned(): Promise<string> {
  const aggregate = randomUUID();
  const other = randomUUID();
  await testLog.emit({ aggregate, version: 1 });
  await testLog.emit({ aggregate, version: 2, data: '{"broken":' });
  await testLog.emit({ aggregate: other, version: 1 });
  await testLog.emit({ aggregate, version: 3 });
  await testLog.emit({ aggregate: other, version: 2 });
  await settled();
  await testLog.emit({ aggregate, version: 4 });
  await settled();
  expect(await testLog.versions(other)).toEqual([1, 2]);
  expect(await testLog.versions(aggregate)).toEqual([1]);
  expect(await reasonsOf(aggregate)).toEqual(['2 dead INVALID_EVENT', '3 parked PARKED', '4 parked PARKED']);
  return aggregate;
}

const gapsOf = (aggregateId: string) =>
  new EventLog(testLog.admin).gapsOf({ service: 'order', aggregateType: 'thing', aggregateId });

describe('an event that cannot go into the log', () => {
  it('parks the later events of its aggregate, and all follow in order after it is repaired and replayed', async () => {
    const aggregate = await poisoned();
    expect(await act(aggregate, 2, 'replay')).toMatchObject({ status: 409, body: { code: 'DEAD_EVENT_REFUSED_AGAIN' } });
    expect(await act(aggregate, 3, 'replay')).toMatchObject({ status: 409, body: { code: 'DEAD_EVENT_REFUSED_AGAIN' } });
    expect((await deadOf(aggregate))[0]).toMatchObject({ attempts: 2, error: expect.stringContaining('json') });

    await testLog.admin.query(
      `update "order".outbox_dead set data = '{"mended":true}' where aggregate_id = $1 and aggregate_version = 2`,
      [aggregate],
    );
    expect(await act(aggregate, 2, 'replay')).toEqual({ status: 200, body: { released: 2 } });
    await testLog.emit({ aggregate, version: 5 });
    await settled();
    expect(await testLog.versions(aggregate)).toEqual([1, 2, 3, 4, 5]);
    expect(await deadOf(aggregate)).toEqual([]);
  });

  it('can be skipped: later events follow without it, and it is kept with the note', async () => {
    const aggregate = await poisoned();
    expect(await act(aggregate, 2, 'skip', { note: 'written by hand, wrongly' })).toEqual({ status: 200, body: { released: 2 } });
    await testLog.emit({ aggregate, version: 5 });
    await settled();
    expect(await testLog.versions(aggregate)).toEqual([1, 3, 4, 5]);
    expect(await gapsOf(aggregate)).toEqual([{ from: 2, to: 2 }]);
    expect(await deadOf(aggregate)).toMatchObject([{ state: 'skipped', note: 'written by hand, wrongly' }]);
    expect(await act(aggregate, 2, 'replay')).toMatchObject({ status: 409, body: { code: 'DEAD_EVENT_SKIPPED' } });
  });

  it('is listed with its reason', async () => {
    const [gap, conflict, taken, long] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await testLog.emit({ aggregate: gap, version: 2 });
    const eventId = await testLog.emit({ aggregate: taken, version: 1 });
    await settled();
    await testLog.emit({ aggregate: conflict, version: 1, eventId });
    await testLog.emit({ aggregate: taken, version: 1 });
    await testLog.emit({ aggregate: long, version: 1, subject: randomBytes(6_000).toString('base64') });
    await settled();
    expect(await reasonsOf(gap)).toEqual(['2 dead VERSION_GAP']);
    expect(await reasonsOf(conflict)).toEqual(['1 dead EVENT_ID_CONFLICT']);
    expect(await reasonsOf(taken)).toEqual(['1 dead VERSION_TAKEN']);
    expect(await reasonsOf(long)).toEqual(['1 dead INVALID_EVENT']);
    await testLog.emit({ aggregate: taken, version: 2 });
    await settled();
    expect(await reasonsOf(taken)).toEqual(['1 dead VERSION_TAKEN', '2 parked PARKED']);
    expect(await testLog.versions(taken)).toEqual([1]);
  });

  it('continues by itself when the missing version comes, and on demand when it is lost', async () => {
    const [late, lost] = [randomUUID(), randomUUID()];
    for (const aggregate of [late, lost]) {
      await testLog.emit({ aggregate, version: 1 });
      await testLog.emit({ aggregate, version: 3 });
      await testLog.emit({ aggregate, version: 4 });
      await settled();
      expect(await reasonsOf(aggregate)).toEqual(['3 dead VERSION_GAP', '4 parked PARKED']);
    }
    await testLog.emit({ aggregate: late, version: 2 });
    await settled();
    expect(await testLog.versions(late)).toEqual([1, 2, 3, 4]);
    expect(await act(lost, 3, 'replay')).toMatchObject({ status: 409 });
    expect(await act(lost, 3, 'replay', { acceptGap: true })).toEqual({ status: 200, body: { released: 1 } });
    expect(await testLog.versions(lost)).toEqual([1, 3, 4]);
    expect(await gapsOf(lost)).toEqual([{ from: 2, to: 2 }]);
    await testLog.emit({ aggregate: lost, version: 2 });
    await settled();
    expect(await reasonsOf(lost)).toEqual(['2 dead VERSION_TAKEN']);
  });

  it('shows in the metrics and in a list by pages', async () => {
    const aggregate = await poisoned();
    expect(await relay.metric('outbox_dead_rows', 'order')).toBeGreaterThan(0);
    expect(await relay.metric('outbox_parked_rows', 'order')).toBeGreaterThan(1);
    expect(await relay.metric('outbox_rows', 'order')).toBe(0);
    expect(await relay.metric('relay_events_logged_total', 'order')).toBeGreaterThan(1);
    const paged: DeadEvent[] = [];
    for (let after = ''; ;) {
      const page = await relay.get<Page<DeadEvent>>(`/dead-events?limit=2${after}`);
      paged.push(...page.items);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(paged).toEqual((await relay.get<Page<DeadEvent>>('/dead-events?limit=200')).items);
    expect(paged.filter(({ aggregateId }) => aggregateId === aggregate)).toHaveLength(3);
  });

  it('answers a request about an unknown dead event with a problem', async () => {
    expect(await relay.post('/dead-events/order/999999999/replay', {})).toMatchObject({
      status: 404,
      body: { code: 'DEAD_EVENT_NOT_FOUND' },
    });
    expect(await relay.post('/dead-events/nobody/1/replay', {})).toMatchObject({
      status: 404,
      body: { code: 'DEAD_EVENT_NOT_FOUND' },
    });
    expect(await relay.post('/dead-events/order/1/skip', {})).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    expect(await relay.post('/dead-events/order/1e99/replay', {})).toMatchObject({ status: 422 });
    expect((await fetch(`${relay.url}/dead-events?after=nonsense`)).status).toBe(422);
    expect((await fetch(`${relay.url}/dead-events?state=nonsense`)).status).toBe(422);
  });
});
