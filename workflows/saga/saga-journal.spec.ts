import { describe, expect, it } from 'vitest';
import { SagaJournal } from './saga-journal.js';

const journal = () => new SagaJournal('createOrder', () => '2026-01-01T00:00:00.000Z');

describe('SagaJournal', () => {
  it('lists steps in the order they ran, compensations included', () => {
    const saga = journal();
    const create = saga.begin('create order', 'compensable');
    saga.end(create, 'DONE');
    saga.fail(saga.begin('reserve credit', 'compensable'), {
      kind: 'refused',
      code: 'INSUFFICIENT_CREDIT',
      detail: 'too little',
      attempts: 1,
    });
    saga.end(saga.beginCompensation('reject order', create), 'COMPENSATED');
    expect(saga.timeline().steps.map(({ name, state, compensates }) => [name, state, compensates])).toEqual([
      ['create order', 'COMPENSATING', undefined],
      ['reserve credit', 'REFUSED', undefined],
      ['reject order', 'COMPENSATED', 'create order'],
    ]);
  });

  it('finds a compensation that needs attention by its own name and by the name of its step', () => {
    const saga = journal();
    const reserve = saga.begin('reserve credit', 'compensable');
    const release = saga.beginCompensation('release credit', reserve);
    expect(saga.findNeedingAttention('release credit')).toBeUndefined();
    release.state = 'NEEDS_ATTENTION';
    expect(saga.findNeedingAttention('release credit')).toBe(release);
    expect(saga.findNeedingAttention('reserve credit')).toBe(release);
    expect(saga.findNeedingAttention('create order')).toBeUndefined();
  });

  it('knows whether the effect of a step is final', () => {
    const saga = journal();
    const reserve = saga.begin('reserve credit', 'compensable');
    expect(saga.isNotFinal('reserve credit')).toBe(false);
    const release = saga.beginCompensation('release credit', reserve);
    expect(saga.isNotFinal('reserve credit')).toBe(true);
    reserve.state = 'COMPENSATED';
    saga.end(release, 'COMPENSATED');
    expect(saga.isNotFinal('reserve credit')).toBe(false);
    saga.end(saga.begin('refund payment', 'retriable'), 'SKIPPED');
    expect(saga.isNotFinal('refund payment')).toBe(true);
    expect(saga.isNotFinal('never begun')).toBe(false);
  });

  it('keeps every decision with its note', () => {
    const saga = journal();
    const release = saga.beginCompensation('release credit', saga.begin('reserve credit', 'compensable'));
    saga.resolve(release, 'retry', 'customer service is back');
    saga.resolve(release, 'done', 'released by hand');
    expect(release.resolutions?.map(({ action, note }) => [action, note])).toEqual([
      ['retry', 'customer service is back'],
      ['done', 'released by hand'],
    ]);
  });

  it('ends steps in doubt as done once the pivot after them has happened', () => {
    const journal = new SagaJournal('bookTrip', () => '2026-11-21T12:00:00Z');
    journal.fail(journal.begin('request approval', 'compensable'), {
      kind: 'inDoubt',
      code: 'NO_ANSWER',
      detail: '',
      attempts: 3,
    });
    journal.end(journal.addPending('capture payment', 'pivot'), 'DONE');
    journal.begin('confirm trip', 'retriable');
    journal.endBeforePivot();
    expect(journal.timeline().steps.map(({ state, error }) => [state, error])).toEqual([
      ['DONE', null],
      ['DONE', null],
      ['RUNNING', null],
    ]);
  });

  it('shows a state and a list of steps in Markdown', () => {
    const journal = new SagaJournal('bookTrip', () => '2026-11-21T12:00:00Z');
    journal.end(journal.begin('create trip', 'compensable'), 'DONE');
    journal.begin('reserve room', 'compensable');
    expect(journal.toMarkdown()).toBe('**RUNNING**\n\n- create trip: **DONE**\n- reserve room: **RUNNING**');
  });
});
