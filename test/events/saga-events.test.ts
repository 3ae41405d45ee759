import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, clearFaults, ended, eventually, placeOrder, richestCustomer, saga, setFault } from '../support/api.js';
import { pidOf } from '../support/processes.js';
import { system } from '../support/system.js';
import { factsOf } from './facts.harness.js';

const customerId = await richestCustomer();
const facts = factsOf('saga');

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
});
afterAll(() => connection.close());
afterEach(clearFaults);

const typesOf = async (sagaId: string, lastType: string) => (await facts(sagaId, lastType)).map(({ type }) => type);

describe('what becomes of a saga', () => {
  it('is published from its start to its end, once, about the saga and correlated with it', async () => {
    const { sagaId, orderId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    const published = await facts(sagaId, 'saga.completed.v1');
    expect(published.map(({ type, version }) => [type, version])).toEqual([
      ['saga.started.v1', 1],
      ['saga.completed.v1', 2],
    ]);
    const about = { sagaId, type: 'createOrder', businessId: orderId, customerId };
    expect(published[0]).toMatchObject({ correlationId: sagaId, data: { ...about, state: 'RUNNING' } });
    expect(published[1]).toMatchObject({ correlationId: sagaId, data: { ...about, state: 'COMPLETED' } });
  });

  it('is published when every step was compensated', async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    const { sagaId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    expect(await typesOf(sagaId, 'saga.compensated.v1')).toContain('saga.started.v1');
  });

  it('is published when it needs attention, and when it continues after the decision', async () => {
    await setFault({ participant: 'order', operation: 'approveOrder', mode: 'refuse', times: 1 });
    await setFault({ participant: 'customer', operation: 'releaseCredit', mode: 'refuse' });
    const { sagaId } = await placeOrder(customerId, 1);
    await facts(sagaId, 'saga.needs-attention.v1');
    const skip = { step: 'release credit', action: 'skip', note: 'written off' };
    expect((await call('POST', `/v1/sagas/${sagaId}/resolve`, skip)).status).toBe(200);
    expect(await typesOf(sagaId, 'saga.incomplete.v1')).toEqual(
      expect.arrayContaining(['saga.started.v1', 'saga.needs-attention.v1', 'saga.incomplete.v1']),
    );
  });

  it('is published for a terminated saga, and for a saga that ended while no process watched', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const { sagaId } = await placeOrder(customerId, 1);
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name }) => name === 'reserve credit'),
    );
    await facts(sagaId, 'saga.started.v1');
    process.kill(pidOf('saga'), 'SIGKILL'); // its supervisor has it back in a few seconds
    await new Client({ connection }).workflow.getHandle(sagaId).terminate('a person with the CLI');
    // The service finds at once that the saga is lost and says so as well: its end is the last word for a moment only.
    const published = await facts(sagaId, 'saga.needs-attention.v1');
    expect(published.map(({ type, data }) => [type, data['state'], data['lost']])).toEqual([
      ['saga.started.v1', 'RUNNING', undefined],
      ['saga.terminated.v1', 'INCOMPLETE', undefined],
      ['saga.needs-attention.v1', 'NEEDS_ATTENTION', true],
    ]);
  });
});
