import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { resolveActions } from '../../contracts/saga/saga-state.js';
import { sagaFailures, type StepResolution } from './saga.contract.js';

// Anybody with Temporal's CLI or UI can send a message with any input, or without input. A handler that throws a TypeError would fail the
// workflow task for ever. The schemas of contracts/ stay out of the workflow bundle. messages.spec.ts compares these checks with them.

const MAX_NOTE = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown, min: number, max: number): value is string =>
  typeof value === 'string' && value.length >= min && value.length <= max;

export const isStepResolution = (value: unknown): value is StepResolution =>
  isObject(value) &&
  isText(value['step'], 1, 100) &&
  (resolveActions as readonly unknown[]).includes(value['action']) &&
  isText(value['note'], 1, MAX_NOTE);

const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** `{ note? }`: the input of a decision about an approval. */
export const isOptionalNote = (value: unknown): value is { note?: string } =>
  isObject(value) && (value['note'] === undefined || isText(value['note'], 0, MAX_NOTE));

/** Whether a signal holds a fact about an order. */
export const isFact = <Type extends string>(
  value: unknown,
  types: readonly Type[],
): value is { occurrenceId: string; type: Type } =>
  isObject(value) && isText(value['occurrenceId'], 1, 200) && (types as readonly unknown[]).includes(value['type']);

/** Whether a workflow can run with this input. Participants check the other fields. */
export const hasPolicy = (value: unknown): boolean =>
  isObject(value) &&
  isObject(value['policy']) &&
  [value['policy']['fastStepMs'], value['policy']['stepDeadlineMs'], value['policy']['attentionAfterMs']].every(isDuration);

/** Rejects a message before it is accepted, or ends a workflow before it begins. */
export const malformedInput = (message: string, shape: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`The input of "${message}" must be ${shape}.`, sagaFailures.malformedInput);

/**
 * Ends a workflow that was started by Temporal's CLI or UI without a policy.
 * @throws ApplicationFailure `MalformedInput`.
 */
export function assertPolicy(request: unknown): void {
  if (!hasPolicy(request))
    throw malformedInput(workflowInfo().workflowType, '{ policy: { fastStepMs, stepDeadlineMs, attentionAfterMs }, … }');
}
