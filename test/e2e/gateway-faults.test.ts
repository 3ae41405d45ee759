import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { participants } from '../../contracts/participant/participants.js';
import { call, clearFaults } from '../support/api.js';
import { startTestGateway } from '../support/gateway.harness.js';

afterEach(clearFaults);

const fault = (more: Partial<Fault> = {}) => ({
  participant: 'customer',
  operation: 'reserveCredit',
  mode: 'error',
  times: 3,
  ...more,
});

describe('/v1/faults', () => {
  it('keeps faults of all participants until they are deleted', async () => {
    const other = fault({ participant: 'order', operation: 'createOrder', mode: 'delay', delayMs: 5 });
    for (const one of [fault(), other]) expect(await call('PUT', '/v1/faults', one)).toMatchObject({ status: 200, body: one });
    const listed = await call<Page<Fault>>('GET', '/v1/faults');
    expect(listed.body.items).toEqual(expect.arrayContaining([fault(), other]));
    expect(listed.body.items).toHaveLength(2);
    expect(await call('DELETE', '/v1/faults')).toMatchObject({ status: 204, body: undefined });
    expect((await call('GET', '/v1/faults')).body).toEqual({ items: [], next: null });
  });

  it('lists them page by page', async () => {
    const faults = ['reserveCredit', 'releaseCredit'].map((operation) => fault({ operation }));
    faults.push(fault({ participant: 'order', operation: 'createOrder' }));
    for (const one of faults) await call('PUT', '/v1/faults', one);
    const seen: Fault[] = [];
    for (let after = ''; ;) {
      const { items, next } = (await call<Page<Fault>>('GET', `/v1/faults?limit=1${after}`)).body;
      seen.push(...items);
      if (next === null) break;
      after = `&after=${next}`;
    }
    expect(seen).toHaveLength(faults.length);
    expect(seen).toEqual(expect.arrayContaining(faults));
    expect(await call('GET', '/v1/faults?after=x')).toMatchObject({ status: 422, body: { code: 'INVALID_CURSOR' } });
  });

  it('names the known ones to who asks for an unknown one', async () => {
    const unknown = await call('PUT', '/v1/faults', fault({ operation: 'launchRocket' }));
    expect(unknown).toMatchObject({ status: 422, body: { code: 'UNKNOWN_OPERATION' } });
    for (const known of Object.keys(participants.customer)) expect(JSON.stringify(unknown.body)).toContain(known);
    const nobody = await call('PUT', '/v1/faults', fault({ participant: 'rocket' }));
    expect(nobody).toMatchObject({ status: 422, body: { code: 'UNKNOWN_PARTICIPANT' } });
    for (const known of Object.keys(participants)) expect(JSON.stringify(nobody.body)).toContain(known);
  });

  it.each([{ CHAOS: false }, { CHAOS: true, NODE_ENV: 'production' as const }])('is off with %o', async (settings) => {
    const gateway = await startTestGateway(settings);
    for (const [method, body] of [['PUT', JSON.stringify(fault())], ['GET'], ['DELETE']] as const) {
      const response = await fetch(`${gateway.url}/v1/faults`, {
        method,
        ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'CHAOS_DISABLED' });
    }
    await gateway.close();
  });
});
