import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Money } from '../../contracts/values/money.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { pidOf } from '../support/processes.js';
import { system } from '../support/system.js';
import { expectBooked, expectNothingBooked, plentifulTrip, trip } from '../support/trips.js';

/** Half of it must be enough to come to the wait, on a busy machine too. */
const WITHIN_MS = 8_000;

let gateway: GatewayHarness;
let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  client = new Client({ connection });
  gateway = await startTestGateway({ APPROVAL_WITHIN_MS: WITHIN_MS, SAGA_STEP_DEADLINE_MS: 30_000 });
});
afterAll(() => Promise.all([gateway.close(), connection.close()]));
afterEach(clearFaults);

const tripService = new ParticipantHarness('trip', () => system().tripUrl);
const eventsOf = async (tripId: string) => {
  const facts = await tripService.facts('trip', tripId);
  return facts.map(({ name }) => name.replace(/\.v\d+$/, ''));
};
const reminded = (tripId: string) =>
  eventually(
    () => eventsOf(tripId),
    (types) => types.includes('trip.approval-reminded'),
  );
/** The reminder has reached the trip service, for which a fault waits there. */
const reminderUnderWay = () =>
  eventually(
    async () => (await call<{ items: unknown[] }>('GET', '/v1/faults')).body.items,
    (faults) => faults.length === 0,
  );

/** Books a trip that somebody has to approve within `WITHIN_MS`; resolves when it waits. */
async function waiting(approvalRequiredAbove: Money = { amount: 1, currency: 'EUR' }) {
  const response = await fetch(`${gateway.url}/v1/trips`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...plentifulTrip(), approvalRequiredAbove }),
  });
  expect(response.status).toBe(202);
  const started = (await response.json()) as { tripId: string; sagaId: string };
  await eventually(
    () => saga(started.sagaId),
    ({ state }) => state === 'WAITING',
  );
  return started;
}

/** Asked again where Temporal refuses it for now: the server gives up an update whose workflow task has to be run again. */
const decide = async (tripId: string, decision: 'approve' | 'decline') => {
  const key = { 'idempotency-key': randomUUID() };
  const { status } = await eventually(
    () => call('POST', `/v1/trips/${tripId}/${decision}`, undefined, key),
    (answer) => answer.status !== 503,
  );
  expect(status).toBe(202);
};

/** How long the saga went on after this moment, in ms. */
const endedAfter = async (sagaId: string, moment: number) => Date.parse((await ended(sagaId)).endedAt!) - moment;

const decisionOf: Record<string, string> = { ABORTED: 'abort', APPROVAL_DECLINED: 'decline' };

describe('a decision that comes in one moment with an abort', () => {
  it.each([
    ['approve', 'abort'],
    ['abort', 'approve'],
    ['decline', 'abort'],
    ['abort', 'decline'],
  ])('%s before %s: the saga ends as the answers say', async (...order) => {
    const { tripId, sagaId } = await waiting();
    const handle = client.workflow.getHandle(sagaId);
    const send = (name: string) =>
      handle.executeUpdate(name, { args: [{}], updateId: randomUUID() }).then(
        () => [name, true] as const,
        () => [name, false] as const,
      );
    const worker = pidOf('gateway'); // the two are one process
    process.kill(worker, 'SIGSTOP');
    const sent = order.map(send);
    await eventually(
      () => handle.describe(),
      ({ raw }) => Boolean(raw.pendingWorkflowTask),
    );
    process.kill(worker, 'SIGCONT');
    const taken = Object.fromEntries(await Promise.all(sent));
    const { state } = await ended(sagaId);
    const { failure } = await trip(tripId);
    expect(Object.values(taken)).toContain(true);
    expect(state).toBe(taken['approve'] ? 'COMPLETED' : 'COMPENSATED');
    expect(taken['approve'] && taken['abort'], 'approved and aborted').not.toBe(true);
    await (taken['approve'] ? expectBooked(tripId) : expectNothingBooked(tripId, failure!.code));
    expect(failure === undefined || taken[decisionOf[failure.code]!], failure?.code).toBe(true);
  });
});

describe('an approval that is waited for', () => {
  it('is reminded of at half time, once, and may be given after that', async () => {
    const { tripId, sagaId } = await waiting();
    await reminded(tripId);
    expect((await saga(sagaId)).state).toBe('WAITING');
    expect(await trip(tripId)).toMatchObject({ state: 'AWAITING_APPROVAL' });
    const { startedAt } = await saga(sagaId);
    expect(Date.now() - Date.parse(startedAt)).toBeGreaterThanOrEqual(WITHIN_MS / 2);
    await decide(tripId, 'approve');
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await expectBooked(tripId);
    expect(await eventsOf(tripId)).toEqual([
      'trip.requested',
      'trip.approval-requested',
      'trip.approval-reminded',
      'trip.approval-given',
      'trip.booked',
    ]);
  });

  it('is not reminded of when it is given before', async () => {
    const { tripId, sagaId } = await waiting();
    await decide(tripId, 'approve');
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await expectBooked(tripId);
    expect(await eventsOf(tripId)).not.toContain('trip.approval-reminded');
  });

  it('expires on time although the reminder cannot be sent', async () => {
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'error' });
    const { tripId, sagaId } = await waiting();
    const { steps } = await saga(sagaId);
    expect(await endedAfter(sagaId, Date.parse(steps.at(-1)!.endedAt!))).toBeLessThan(WITHIN_MS + 5_000);
    expect((await saga(sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(tripId, 'APPROVAL_EXPIRED');
    expect(await eventsOf(tripId)).not.toContain('trip.approval-reminded');
  });

  it('may be given though the reminder was refused', async () => {
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'refuse', times: 1 });
    const { tripId, sagaId } = await waiting();
    await reminderUnderWay();
    await decide(tripId, 'approve');
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await expectBooked(tripId);
  });

  it.each(['approve', 'decline'] as const)('takes the decision to %s while the reminder is under way', async (decision) => {
    const delayMs = 30_000;
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'delay', delayMs, times: 1 });
    const { tripId, sagaId } = await waiting();
    await reminderUnderWay();
    const decidedAt = Date.now();
    await decide(tripId, decision);
    // An attempt of the reminder alone would have taken 4 s.
    expect(await endedAfter(sagaId, decidedAt)).toBeLessThan(3_000);
    if (decision === 'approve') await expectBooked(tripId);
    else await expectNothingBooked(tripId, 'APPROVAL_DECLINED');
    expect(await eventsOf(tripId)).not.toContain('trip.approval-reminded');
  });

  it('can be aborted while the reminder is under way', async () => {
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'delay', delayMs: 30_000, times: 1 });
    const { tripId, sagaId } = await waiting();
    await reminderUnderWay();
    expect((await call('POST', `/v1/sagas/${sagaId}/abort`)).status).toBe(202);
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(tripId, 'ABORTED');
  });

  it('is needed for a total in another currency than the limit, however high that is', async () => {
    const { tripId, sagaId } = await waiting({ amount: 1_000_000_000, currency: 'USD' });
    await decide(tripId, 'decline');
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(tripId, 'APPROVAL_DECLINED');
  });
});
