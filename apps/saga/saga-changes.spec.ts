import { describe, expect, it } from 'vitest';
import type { ObservedSaga } from './observed-saga.js';
import { changesOfLoss, changesSince, type KnownSaga } from './saga-changes.js';

const startedAt = new Date('2026-06-01T10:00:00Z');
const endedAt = new Date('2026-06-01T10:00:05Z');
const now = new Date('2026-06-01T10:00:06Z');
const running: ObservedSaga = {
  sagaId: 'create-order:1',
  runId: 'run-1',
  type: 'createOrder',
  businessId: '1',
  customerId: 'CUST-ALICE',
  state: 'RUNNING',
  recorded: 'RUNNING',
  status: 'RUNNING',
  endRecorded: false,
  startedAt,
  endedAt: undefined,
};
const known: KnownSaga = { runId: 'run-1', runStartedAt: startedAt, state: 'RUNNING', open: true };
const published = (observed: Partial<ObservedSaga>, before?: Partial<KnownSaga>) =>
  changesSince(before && { ...known, ...before }, { ...running, ...observed }, now).map(({ type, data }) => [type, data.state]);

describe('changesSince', () => {
  it('publishes the start of a saga once', () => {
    expect(published({})).toEqual([['saga.started.v1', 'RUNNING']]);
    expect(published({}, {})).toEqual([]);
  });

  it('publishes the start of a saga that is first observed after its end', () => {
    const observed = { state: 'COMPENSATED', status: 'COMPLETED', endRecorded: true, endedAt } as const;
    expect(changesSince(undefined, { ...running, ...observed }, now)).toMatchObject([
      { type: 'saga.started.v1', occurredAt: startedAt, data: { state: 'RUNNING' } },
      { type: 'saga.compensated.v1', occurredAt: endedAt, data: { state: 'COMPENSATED', endedAt: endedAt.toISOString() } },
    ]);
  });

  it.each([
    ['WAITING', 'saga.waiting.v1'],
    ['COMPENSATING', 'saga.compensating.v1'],
    ['NEEDS_ATTENTION', 'saga.needs-attention.v1'],
  ] as const)('publishes that it is %s, and that it resumes', (state, type) => {
    expect(published({ state }, {})).toEqual([[type, state]]);
    expect(published({ state }, { state })).toEqual([]);
    expect(published({}, { state })).toEqual([['saga.resumed.v1', 'RUNNING']]);
  });

  it.each([
    ['COMPLETED', 'COMPLETED', 'saga.completed.v1'],
    ['COMPENSATED', 'COMPLETED', 'saga.compensated.v1'],
    ['COMPENSATED', 'CANCELLED', 'saga.compensated.v1'],
    ['INCOMPLETE', 'FAILED', 'saga.incomplete.v1'],
  ] as const)('publishes the end %s that a saga has recorded, whose run is %s', (state, status, type) => {
    expect(published({ state, status, endRecorded: true, endedAt }, {})).toEqual([[type, state]]);
    expect(published({ state, status, endRecorded: true, endedAt }, { state, open: false })).toEqual([]);
  });

  it.each([
    ['FAILED', 'saga.failed.v1'],
    ['TERMINATED', 'saga.terminated.v1'],
    ['CANCELLED', 'saga.terminated.v1'],
    ['TIMED_OUT', 'saga.timed-out.v1'],
  ] as const)('publishes the end of a run that is %s and has recorded no end', (status, type) => {
    expect(published({ state: 'INCOMPLETE', status, endedAt }, {})).toEqual([[type, 'INCOMPLETE']]);
  });

  it('waits for the end of a run that has recorded it already', () => {
    expect(published({ state: 'COMPLETED', endRecorded: true }, {})).toEqual([]);
  });

  it('ignores a run that was replaced by a later one', () => {
    const later = { runId: 'run-2', runStartedAt: endedAt };
    expect(published({ state: 'INCOMPLETE', status: 'TERMINATED', endedAt }, later)).toEqual([]);
  });

  it('publishes that a saga resumes that was reset after its end', () => {
    const observed = { runId: 'run-2', startedAt: endedAt } as const;
    expect(published(observed, { state: 'INCOMPLETE', open: false })).toEqual([['saga.resumed.v1', 'RUNNING']]);
  });
});

describe('changesOfLoss', () => {
  const lost = (before?: { open: boolean }) =>
    changesOfLoss(before, running, now).map(({ type, data }) => [type, data.state, 'lost' in data && data.lost]);
  const needsAttention = ['saga.needs-attention.v1', 'NEEDS_ATTENTION', true];

  it('asks for an operator, after the end of a run that was ended by force', () => {
    expect(lost({ open: false })).toEqual([needsAttention]);
  });

  it('publishes a missing run as terminated first', () => {
    expect(lost({ open: true })).toEqual([['saga.terminated.v1', 'INCOMPLETE', false], needsAttention]);
    expect(lost()).toEqual([['saga.started.v1', 'RUNNING', false], ['saga.terminated.v1', 'INCOMPLETE', false], needsAttention]);
  });
});
