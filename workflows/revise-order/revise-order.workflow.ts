import { patched, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { patches } from '../patches.js';
import { Saga } from '../saga/saga.js';
import type { ReviseOrderOutcome, ReviseOrderRequest } from './revise-order.contract.js';

/** Gives an approved order other lines, with as much credit reserved as they cost, or leaves order and credit as they were. */
export async function reviseOrder({ orderId, lines, policy }: ReviseOrderRequest): Promise<ReviseOrderOutcome> {
  const saga = new Saga<Activities>(policy);
  const operationId = workflowInfo().workflowId;

  return saga.run<ReviseOrderOutcome>(
    async () => {
      const { oldTotal, newTotal } = await saga.lock(
        'begin order revision',
        (call, key) => call.beginOrderRevision({ ...key, orderId, operationId, lines }),
        'discard order revision',
        (call, key, reason) => call.discardOrderRevision({ ...key, orderId, operationId, reason }),
      );
      const change = { orderId, changeId: operationId, amount: newTotal };
      const lowers = newTotal.amount < oldTotal.amount;

      // What was given up could not be had back for sure, so giving up credit is the pivot. The order is unlocked after it: the credit is set to
      // an amount, and must not be set to this one once another saga has begun on the order.
      if (lowers && patched(patches.revisionToLessUnlocksLast)) {
        await saga.pivot('change reservation', (call, key) => call.changeReservation({ ...key, ...change }));
        await saga.retriable('confirm order revision', (call, key) =>
          call.confirmOrderRevision({ ...key, orderId, operationId }),
        );
        return { state: 'REVISED', orderId, total: newTotal };
      }

      if (newTotal.amount > oldTotal.amount) {
        await saga.compensable(
          'change reservation',
          (call, key) => call.changeReservation({ ...key, ...change }),
          'restore reservation',
          (call, key) => call.restoreReservation({ ...key, orderId, changeId: change.changeId }),
        );
      }
      await saga.pivot('confirm order revision', (call, key) => call.confirmOrderRevision({ ...key, orderId, operationId }));
      if (lowers) {
        await saga.retriable('change reservation', (call, key) => call.changeReservation({ ...key, ...change }));
      }
      return { state: 'REVISED', orderId, total: newTotal };
    },
    (reason) => ({ state: 'UNCHANGED', orderId, reason }),
  );
}
