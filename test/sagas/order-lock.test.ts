import { afterEach, describe, expect, it } from 'vitest';
import type { Participant } from '../../contracts/participant/participants.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, clearFaults, ended, eventually, order, placeOrder, saga, setFault, tokens } from '../support/api.js';
import { system } from '../support/system.js';
import { assertCreditConsistent } from './consistency.harness.js';

const customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 10_000_00 });
const EUROS = 10;

afterEach(clearFaults);

async function approvedOrder(): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, EUROS);
  expect((await ended(sagaId)).state).toBe('COMPLETED');
  return orderId;
}

const command = async (orderId: string, name: string, body?: object) =>
  call<{ sagaId: string; detail: string }>('POST', `/v1/orders/${orderId}/${name}`, body);

async function expectLockedBy(sagaId: string, orderId: string): Promise<void> {
  for (const name of ['cancel', 'ship']) {
    const { status, body } = await command(orderId, name);
    expect([status, body.detail]).toEqual([409, expect.stringContaining(sagaId)]);
  }
}

type Command = [name: string, body?: object];
const more: Command = ['revise', { lines: tokens(EUROS + 2) }];
const less: Command = ['revise', { lines: tokens(EUROS - 5) }];
const cancel: Command = ['cancel'];
const pay: Command = ['pay', { paymentMethod: 'pm_ok' }];

/** Each step after the one that locks the order: what it is of, its name, and what it calls. */
const steps: [string, Command, string, Participant, string][] = [
  ['a revision to more', more, 'raise reservation', 'customer', 'changeReservation'],
  ['a revision to more', more, 'confirm order revision', 'order', 'confirmOrderRevision'],
  ['a revision to less', less, 'lower reservation', 'customer', 'changeReservation'],
  ['a revision to less', less, 'confirm order revision', 'order', 'confirmOrderRevision'],
  ['a cancellation', cancel, 'release credit', 'customer', 'releaseCredit'],
  ['a cancellation', cancel, 'confirm order cancellation', 'order', 'confirmOrderCancellation'],
  ['a payment', pay, 'authorize payment', 'payment', 'authorize'],
  ['a payment', pay, 'capture payment', 'payment', 'capture'],
  ['a payment', pay, 'release credit', 'customer', 'releaseCredit'],
  ['a payment', pay, 'confirm order payment', 'order', 'confirmOrderPayment'],
];

/** The command that is refused at the end, and the compensation that then waits for an operator while only the lock is left. */
const compensations: [string, Command, [Participant, string], string, [Participant, string]][] = [
  ['a revision', more, ['order', 'confirmOrderRevision'], 'restore reservation', ['customer', 'restoreReservation']],
  ['a payment', pay, ['payment', 'capture'], 'void payment', ['payment', 'void']],
];

describe('an order', () => {
  it.each(steps)('is locked by %s (%j) at its step "%s"', async (_, [name, body], step, participant, operation) => {
    const orderId = await approvedOrder();
    await setFault({ participant, operation, mode: 'error' });
    const { sagaId } = (await command(orderId, name, body)).body;
    await eventually(
      () => saga(sagaId),
      (read) => read.steps.some((one) => one.name === step && one.attempts > 0),
    );
    await expectLockedBy(sagaId, orderId);
    await clearFaults();
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await assertCreditConsistent(customerId);
  });

  it.each(compensations)('is locked by %s (%j) that is compensated, while an operator is waited for', async (...row) => {
    const [, [name, body], [participant, pivot], undo, [undoing, operation]] = row;
    const orderId = await approvedOrder();
    await setFault({ participant, operation: pivot, mode: 'refuse', times: 1 });
    await setFault({ participant: undoing, operation, mode: 'refuse', times: 1 });
    const { sagaId } = (await command(orderId, name, body)).body;
    const { steps: stuck } = await eventually(
      () => saga(sagaId),
      ({ state }) => state === 'NEEDS_ATTENTION',
    );
    expect(stuck.at(-1)).toMatchObject({ name: undo, state: 'NEEDS_ATTENTION' });
    await expectLockedBy(sagaId, orderId);
    await call('POST', `/v1/sagas/${sagaId}/resolve`, { step: undo, action: 'retry', note: 'the cause is gone' });
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await order(orderId)).toMatchObject({ state: 'APPROVED', total: { amount: EUROS * 100 } });
    await assertCreditConsistent(customerId);
  });
});
