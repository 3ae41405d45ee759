import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import type { EndedTimelineStore } from './ended/ended-timeline.store.js';
import type { ObservedSaga } from './observed-saga.js';
import type { LostSaga } from './saga-changes.js';
import { SagaReconciliation } from './saga-reconciliation.js';
import type { SagaRegister } from './saga-register.js';

const started = new Date('2026-06-01T12:00:00Z');
const open = (sagaId: string): LostSaga => ({
  sagaId,
  runId: `${sagaId}-1`,
  type: 'createOrder',
  businessId: sagaId,
  customerId: null,
  startedAt: started,
});
const run = (sagaId: string, status: 'RUNNING' | 'COMPLETED') => ({
  workflowId: sagaId,
  runId: `${sagaId}-1`,
  status: { name: status },
  startTime: started,
  closeTime: status === 'RUNNING' ? undefined : started,
  typedSearchAttributes: { get: (key: unknown) => (key === searchAttributes.sagaType ? 'createOrder' : undefined) },
});

let listed: string[];
let statuses: Map<string, 'RUNNING' | 'COMPLETED'>;
let described: string[];
let recorded: ObservedSaga[];
let losses: string[];
let checked: readonly string[];
let reconciliation: SagaReconciliation;

beforeEach(() => {
  [listed, described, recorded, losses, checked] = [[], [], [], [], []];
  statuses = new Map();
  const client = {
    workflow: {
      async *list() {
        for (const sagaId of listed) yield run(sagaId, 'RUNNING');
      },
      getHandle: (sagaId: string) => ({
        describe: async () => {
          described.push(sagaId);
          const status = statuses.get(sagaId);
          if (!status) throw new WorkflowNotFoundError('no such run', sagaId, undefined);
          return run(sagaId, status);
        },
      }),
    },
  } as unknown as Client;
  const register = {
    unchecked: async () => ['waits', 'ended', 'gone'].map(open),
    record: async (observed: ObservedSaga[]) => recorded.push(...observed),
    recordLoss: async ({ sagaId }: LostSaga) => losses.push(sagaId) > 0,
    setChecked: async (sagaIds: readonly string[]) => void (checked = sagaIds),
  } as unknown as SagaRegister;
  const timelines = { unattached: async () => [], find: async () => undefined } as unknown as EndedTimelineStore;
  reconciliation = new SagaReconciliation({ client, register, timelines, log: pino({ level: 'silent' }), onChange: () => {} });
});

describe('a reconciliation', () => {
  it('describes the open sagas that are not listed as running, and records how they ended', async () => {
    listed = ['waits'];
    statuses = new Map([
      ['waits', 'RUNNING'],
      ['ended', 'COMPLETED'],
    ]);
    await reconciliation.step();
    expect(described).toEqual(['ended', 'gone']);
    expect(recorded.map(({ sagaId, endedAt }) => [sagaId, endedAt !== undefined])).toEqual([
      ['waits', false],
      ['ended', true],
    ]);
    expect(losses).toEqual(['gone']);
    expect(checked).toEqual(['waits', 'ended', 'gone']);
  });
});
