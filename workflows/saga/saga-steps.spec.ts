import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.js';
import { defineSaga } from './define-saga.js';
import type { SagaPolicy } from './saga.contract.js';

describe('a declared saga', () => {
  it('does not let a compensation name the answer of a step', () => {
    const saga = defineSaga<{ orderId: string; policy: SagaPolicy }, string>((steps, { orderId }) => {
      const begin = steps.lock('begin order cancellation', {
        do: (call, key) => call.beginOrderCancellation({ ...key, orderId, operationId: steps.id }),
        // @ts-expect-error: `state` exists in the process only. This line must not compile, which is what the test is about.
        undo: ['release credit', (call, key) => call.releaseCredit({ ...key, orderId: () => state })],
      });
      return {
        process: async () => {
          const { state } = await begin();
          return state;
        },
        rejected: ({ reason }) => reason.code,
      };
    });
    expect(saga.outline({ orderId: 'ORDER-1' })).toEqual([
      { name: 'begin order cancellation', kind: 'compensable', compensation: 'release credit' },
    ]);
  });

  it('knows the names of activities', () => {
    const name: keyof Activities = 'releaseCredit';
    expect(name).toBe('releaseCredit');
  });
});
