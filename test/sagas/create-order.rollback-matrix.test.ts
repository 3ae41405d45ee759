import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepRecord } from '../../contracts/saga-state.js';
import { type Participant, participants } from '../../contracts/participants.js';
import {
  call,
  clearFaults,
  credit,
  ended,
  eventually,
  ledger,
  order,
  placeOrder,
  richestCustomer,
  saga,
  setFault,
} from '../support/api.js';
import { killAndAwaitRestart } from '../support/processes.js';
import { system } from '../support/system.js';

const customerId = await richestCustomer();
const euros = 7;
/** Longer than a compensable step's deadline in the system under test, so that the effect lands after the undo. */
const LATE_MS = 11_000;

/** The matrix is generated from the steps that a run of the saga really has, so a new step is in it without anybody's help. */
const steps = (await ended((await placeOrder(customerId, euros)).sagaId)).steps;

interface Target {
  participant: Participant;
  operation: string;
}

/** A step is named after the operation that it calls: 'reserve credit' is `reserveCredit`. */
function targetOf(step: string): Target {
  const operation = step.replaceAll(/ (\w)/g, (_space, letter: string) => letter.toUpperCase());
  const participant = (Object.keys(participants) as Participant[]).find((name) => operation in participants[name]);
  if (!participant) throw new Error(`no participant has ${operation}`);
  return { participant, operation };
}

/** What the world looked like before; what it must look like after an order that stands, or one that was taken back. */
async function world(orderId?: string) {
  const { reserved } = await credit(customerId);
  const entries = await ledger(customerId);
  return { reserved: reserved.amount, entriesOfOrder: entries.filter((entry) => entry.orderId === orderId) };
}

const sum = (entries: { amount: { amount: number } }[]) => entries.reduce((total, { amount }) => total + amount.amount, 0);

let reservedBefore: number;
beforeEach(async () => {
  reservedBefore = (await world()).reserved;
});
afterEach(clearFaults);

async function expectApproved(orderId: string, sagaId: string) {
  const { state, steps: ran, held } = await ended(sagaId);
  expect(state).toBe('COMPLETED');
  expect(held).toEqual([]);
  expect(ran.map((step) => [step.name, step.state])).toEqual(steps.map((step) => [step.name, 'DONE']));
  expect(await order(orderId)).toMatchObject({ state: 'APPROVED', total: { amount: euros * 100, currency: 'EUR' } });
  const { reserved, entriesOfOrder } = await world(orderId);
  expect(entriesOfOrder.map((entry) => [entry.kind, entry.amount.amount])).toEqual([['RESERVED', euros * 100]]);
  expect(reserved).toBe(reservedBefore + euros * 100);
}

/** `turned` is the step at which the saga turned round; all before it must be taken back, last first. */
async function expectTakenBack(orderId: string, sagaId: string, turned: Pick<StepRecord, 'name'>, code: string) {
  const { state, steps: ran, held } = await ended(sagaId);
  expect(state).toBe('COMPENSATED');
  expect(held).toEqual([]);
  expect(await order(orderId)).toMatchObject({ state: 'REJECTED', rejection: { code } });
  const undone = ran.filter((step) => step.compensates !== undefined);
  const wentForward = ran.filter((step) => step.compensates === undefined);
  expect(wentForward.map((step) => step.name)).toEqual(
    steps.slice(0, steps.findIndex((step) => step.name === turned.name) + 1).map((step) => step.name),
  );
  const toUndo = wentForward.filter((step) => step.kind === 'compensable' && step.state !== 'REFUSED').map((step) => step.name);
  expect(undone.map((step) => step.compensates)).toEqual(toUndo.toReversed());
  for (const step of undone) expect(step, step.name).toMatchObject({ state: 'COMPENSATED', error: null });
  const { reserved, entriesOfOrder } = await world(orderId);
  expect(sum(entriesOfOrder)).toBe(0);
  expect(reserved).toBe(reservedBefore);
}

describe.each(steps.map((step) => [step.name, step.kind, step] as const))('createOrder, step "%s" (%s)', (_name, _kind, step) => {
  const target = targetOf(step.name);
  const compensable = step.kind === 'compensable';
  const key = (sagaId: string) => `${sagaId}/${step.name.replaceAll(' ', '-')}`;
  const running = (sagaId: string) =>
    eventually(
      () => saga(sagaId),
      ({ steps: ran }) => ran.some((it) => it.name === step.name && it.state === 'RUNNING'),
    );

  /** The answer to the first try, once it has come to its participant, however late. */
  const landed = (sagaId: string) => {
    const url = new URL(
      `/commands/${encodeURIComponent(key(sagaId))}`,
      target.participant === 'order' ? system().orderUrl : system().customerUrl,
    );
    return eventually(
      async () => (await (await fetch(url)).json()) as { status?: number; operation?: string },
      ({ operation }) => operation === target.operation,
    );
  };

  it('takes everything back when the participant refuses', async () => {
    await setFault({ ...target, mode: 'refuse', times: 1 });
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    const refusals = (participants[target.participant] as Record<string, { refusals: readonly string[] }>)[target.operation]!
      .refusals;
    await expectTakenBack(orderId, sagaId, step, refusals[0]!);
    expect((await saga(sagaId)).steps.find(({ name }) => name === step.name)?.state).toBe('REFUSED');
  });

  it('goes on when the participant fails before the effect and then recovers', async () => {
    await setFault({ ...target, mode: 'error', times: 3 });
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    await expectApproved(orderId, sagaId);
    expect((await saga(sagaId)).steps.find(({ name }) => name === step.name)?.attempts).toBe(4);
  });

  it('has the effect once when the answer is lost', async () => {
    await setFault({ ...target, mode: 'drop-response', times: 1 });
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    await expectApproved(orderId, sagaId);
  });

  if (compensable) {
    it('takes everything back when the participant fails beyond the deadline', async () => {
      await setFault({ ...target, mode: 'error' });
      const { orderId, sagaId } = await placeOrder(customerId, euros);
      await expectTakenBack(orderId, sagaId, step, 'PARTICIPANT_UNAVAILABLE');
    });
  }

  if (compensable) {
    it('refuses an effect that comes after its undo', async () => {
      await setFault({ ...target, mode: 'delay', delayMs: LATE_MS });
      const { orderId, sagaId } = await placeOrder(customerId, euros);
      await expectTakenBack(orderId, sagaId, step, 'PARTICIPANT_UNAVAILABLE');
      const late = await landed(sagaId);
      expect(late.status).toBe(409);
      await expectTakenBack(orderId, sagaId, step, 'PARTICIPANT_UNAVAILABLE');
    });
  }

  if (!compensable) {
    it('waits for an effect that comes late, and goes on', async () => {
      await setFault({ ...target, mode: 'delay', delayMs: LATE_MS, times: 1 });
      const { orderId, sagaId } = await placeOrder(customerId, euros);
      await expectApproved(orderId, sagaId);
    });
  }

  const abortMeanwhile = async () => {
    await setFault({ ...target, mode: 'delay', delayMs: 3_000 });
    const accepted = await placeOrder(customerId, euros);
    await running(accepted.sagaId);
    return { ...accepted, answer: await call<{ code?: string }>('POST', `/v1/sagas/${accepted.sagaId}/abort`) };
  };

  if (compensable) {
    it('takes everything back when it is aborted meanwhile', async () => {
      const { orderId, sagaId, answer } = await abortMeanwhile();
      expect(answer.status).toBe(202);
      await expectTakenBack(orderId, sagaId, step, 'ABORTED');
      await landed(sagaId);
      await expectTakenBack(orderId, sagaId, step, 'ABORTED');
    });
  }

  if (!compensable) {
    it('refuses to be aborted, and goes on', async () => {
      const { orderId, sagaId, answer } = await abortMeanwhile();
      expect([answer.status, answer.body.code]).toEqual([409, 'SAGA_PAST_PIVOT']);
      await expectApproved(orderId, sagaId);
    });
  }

  it('survives a worker that is killed meanwhile', async () => {
    await setFault({ ...target, mode: 'delay', delayMs: 1_500, times: 2 });
    const { orderId, sagaId } = await placeOrder(customerId, euros);
    await running(sagaId);
    await killAndAwaitRestart('gateway', system().gatewayUrl);
    await expectApproved(orderId, sagaId);
  });
});

it('has a matrix for every kind of step that createOrder has', () => {
  expect(steps.map(({ name, kind }) => [name, kind])).toEqual([
    ['create order', 'compensable'],
    ['reserve credit', 'compensable'],
    ['approve order', 'pivot'],
  ]);
});
