import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { rejectedUpdate, updateFailureOf } from './update-failure.js';

const failed = (cause: Error) => new WorkflowUpdateFailedError('Workflow Update failed', cause);

describe('updateFailureOf', () => {
  it('reads the type and the message of the failure', () => {
    expect(updateFailureOf(failed(ApplicationFailure.nonRetryable('no', 'MalformedInput')))).toEqual({
      type: 'MalformedInput',
      message: 'no',
    });
    expect(updateFailureOf(failed(new CancelledFailure('gone')))).toEqual({ type: undefined, message: 'gone' });
    expect(updateFailureOf(new Error('no answer'))).toBeUndefined();
  });
});

describe('rejectedUpdate', () => {
  it.each([
    ['MalformedInput', 422, 'VALIDATION_FAILED'],
    ['NoteMissing', 422, 'VALIDATION_FAILED'],
    ['SomethingElse', 409, 'UPDATE_REJECTED'],
    [undefined, 409, 'UPDATE_REJECTED'],
  ])('answers a failure of type %s with %d %s', (type, status, code) => {
    expect(rejectedUpdate({ type, message: 'why' }).problem).toMatchObject({
      status,
      code,
      detail: expect.stringContaining('why'),
    });
  });
});
