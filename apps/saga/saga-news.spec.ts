import { describe, expect, it } from 'vitest';
import type { ObservedSaga } from './observed-saga.js';
import { type KnownSaga, newsOf } from './saga-news.js';

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
  status: 'RUNNING',
  settled: false,
  startedAt,
  endedAt: undefined,
};
const known: KnownSaga = { runId: 'run-1', runStartedAt: startedAt, state: 'RUNNING', open: true };
const told = (seen: Partial<ObservedSaga>, before?: Partial<KnownSaga>) =>
  newsOf({ ...running, ...seen }, before && { ...known, ...before }, now).map(({ type, data }) => [type, data.state]);

describe('newsOf', () => {
  it('tells the start of a saga once', () => {
    expect(told({})).toEqual([['saga.started.v1', 'RUNNING']]);
    expect(told({}, {})).toEqual([]);
  });

  it('tells the start of one that is first seen when it has ended', () => {
    const seen = { state: 'COMPENSATED', status: 'COMPLETED', settled: true, endedAt } as const;
    expect(newsOf({ ...running, ...seen }, undefined, now)).toMatchObject([
      { type: 'saga.started.v1', occurredAt: startedAt, data: { state: 'RUNNING' } },
      { type: 'saga.compensated.v1', occurredAt: endedAt, data: { state: 'COMPENSATED', endedAt: endedAt.toISOString() } },
    ]);
  });

  it.each([
    ['WAITING', 'saga.waiting.v1'],
    ['COMPENSATING', 'saga.compensating.v1'],
    ['NEEDS_ATTENTION', 'saga.needs-attention.v1'],
  ] as const)('tells that it is %s, and that it goes on', (state, type) => {
    expect(told({ state }, {})).toEqual([[type, state]]);
    expect(told({ state }, { state })).toEqual([]);
    expect(told({}, { state })).toEqual([['saga.resumed.v1', 'RUNNING']]);
  });

  it.each([
    ['COMPLETED', 'COMPLETED', 'saga.completed.v1'],
    ['COMPENSATED', 'COMPLETED', 'saga.compensated.v1'],
    ['COMPENSATED', 'CANCELLED', 'saga.compensated.v1'],
    ['INCOMPLETE', 'FAILED', 'saga.incomplete.v1'],
  ] as const)('tells the end %s that a saga has recorded, whose run is %s', (state, status, type) => {
    expect(told({ state, status, settled: true, endedAt }, {})).toEqual([[type, state]]);
    expect(told({ state, status, settled: true, endedAt }, { state, open: false })).toEqual([]);
  });

  it.each([
    ['FAILED', 'saga.failed.v1'],
    ['TERMINATED', 'saga.terminated.v1'],
    ['CANCELLED', 'saga.terminated.v1'],
    ['TIMED_OUT', 'saga.timed-out.v1'],
  ] as const)('tells that a run was ended which is %s and has recorded no end', (status, type) => {
    expect(told({ state: 'INCOMPLETE', status, endedAt }, {})).toEqual([[type, 'INCOMPLETE']]);
  });

  it('waits for the end of a run that has recorded it already', () => {
    expect(told({ state: 'COMPLETED', settled: true }, {})).toEqual([]);
  });

  it('hears nothing of a run that another has taken the place of', () => {
    const later = { runId: 'run-2', runStartedAt: endedAt };
    expect(told({ state: 'INCOMPLETE', status: 'TERMINATED', endedAt }, later)).toEqual([]);
  });

  it('tells that a saga goes on which was reset after its end', () => {
    const seen = { runId: 'run-2', startedAt: endedAt } as const;
    expect(told(seen, { state: 'INCOMPLETE', open: false })).toEqual([['saga.resumed.v1', 'RUNNING']]);
  });
});
