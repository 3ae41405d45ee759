import { TypedSearchAttributes } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { SagaState, SagaTimeline, StepRecord } from '../../../contracts/saga/saga-state.js';
import { Saga } from '../../../contracts/saga/saga.resource.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { Links } from '../http/links.js';
import { type SagaRun, SagaView } from './saga-view.js';

const view = new SagaView(new Links({ TEMPORAL_UI_URL: 'http://ui.test/', TEMPORAL_NAMESPACE: 'ns' }));

const run = (status: SagaRun['status']['name'], state: SagaState): SagaRun => ({
  workflowId: 'create-order:o-1',
  runId: 'run-1',
  status: { name: status },
  startTime: new Date(0),
  ...(status === 'RUNNING' ? {} : { closeTime: new Date(1) }),
  typedSearchAttributes: new TypedSearchAttributes([
    { key: searchAttributes.sagaType, value: 'createOrder' },
    { key: searchAttributes.sagaState, value: state },
    { key: searchAttributes.businessId, value: 'o-1' },
  ]),
  raw: { workflowExecutionInfo: { mostRecentWorkerVersionStamp: { buildId: 'build-1' } } },
});

const step = (name: string, state: StepRecord['state'], more: Partial<StepRecord> = {}): StepRecord => ({
  name,
  kind: 'compensable',
  state,
  attempts: 1,
  startedAt: null,
  endedAt: null,
  error: null,
  ...more,
});
const timeline = (state: SagaState, steps: StepRecord[], held: string[] = []): SagaTimeline => ({
  type: 'createOrder',
  state,
  pastPivot: false,
  steps,
  held,
});

describe('SagaView', () => {
  it('matches the contract', () => {
    const shown = view.full(run('RUNNING', 'RUNNING'), timeline('COMPENSATING', [step('a', 'COMPENSATING')]));
    expect(Saga.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      sagaId: 'create-order:o-1',
      type: 'createOrder',
      state: 'COMPENSATING',
      businessId: 'o-1',
      customerId: null,
      endedAt: null,
      workflowVersion: 'build-1',
      links: {
        self: '/v1/sagas/create-order:o-1',
        resource: '/v1/orders/o-1',
        history: '/v1/sagas/create-order:o-1/history',
        temporalUi: 'http://ui.test/namespaces/ns/workflows/create-order:o-1/run-1/history',
      },
    });
  });

  it('shows the fields of Temporal when no worker answers', () => {
    expect(view.full(run('COMPLETED', 'COMPLETED'), undefined)).toMatchObject({
      state: 'COMPLETED',
      pastPivot: true,
      steps: [],
      held: [],
    });
    expect(view.full(run('RUNNING', 'NEEDS_ATTENTION'), undefined)).toMatchObject({ state: 'NEEDS_ATTENTION', pastPivot: false });
    expect(view.full(run('TERMINATED', 'RUNNING'), undefined)).toMatchObject({
      state: 'INCOMPLETE',
      endedAt: new Date(1).toISOString(),
    });
  });

  it('names the steps whose effects may still exist after a saga was ended by force', () => {
    const steps = [
      step('refused', 'REFUSED'),
      step('compensated', 'COMPENSATED'),
      step('under way', 'RUNNING'),
      step('done', 'DONE'),
      step('undo', 'COMPENSATING', { compensates: 'done' }),
    ];
    expect(view.full(run('TERMINATED', 'COMPENSATING'), timeline('COMPENSATING', steps))).toMatchObject({
      state: 'INCOMPLETE',
      held: ['under way', 'done'],
    });
  });

  it('shows that a lost saga needs attention', () => {
    const lost = view.full(run('TERMINATED', 'RUNNING'), timeline('RUNNING', [step('done', 'DONE')]), true);
    expect(lost).toMatchObject({ state: 'NEEDS_ATTENTION', lost: true, endedAt: null, held: ['done'] });
  });

  it('shows a saga that Temporal has dropped from its record', () => {
    const recorded = {
      sagaId: 'create-order:o-1',
      runId: 'run-1',
      type: 'createOrder',
      businessId: 'o-1',
      customerId: null,
      state: 'COMPLETED' as const,
      lost: false,
      startedAt: new Date(0).toISOString(),
      endedAt: new Date(1).toISOString(),
    };
    const steps = timeline('COMPLETED', [step('done', 'DONE')]);
    expect(view.recorded(recorded, { timeline: steps, build: 'build-1' })).toEqual(
      view.full(run('COMPLETED', 'COMPLETED'), steps),
    );
  });

  it('prefers the held steps of the saga itself', () => {
    expect(
      view.full(run('FAILED', 'INCOMPLETE'), timeline('INCOMPLETE', [step('a', 'SKIPPED'), step('b', 'DONE')], ['a'])),
    ).toMatchObject({ held: ['a'] });
  });

  it('shows no other workflow than sagas', () => {
    expect(view.summary({ ...run('RUNNING', 'RUNNING'), typedSearchAttributes: new TypedSearchAttributes([]) })).toBeUndefined();
  });
});
