import type { SagaEnding } from './ending-of.js';

type Reasons = Partial<Record<SagaEnding, string>>;

/** No saga has them. */
export const unreachableAddress: Reasons = {
  'answered as no contract says': 'it would take a participant that breaks its contract, and none of ours can be made to',
};

const noRetriable = 'it has no step after its pivot';
const pivotFirst = 'its only step is its pivot: there is nothing before it to stop, and nothing to compensate';

/** Endings that a saga cannot have. */
export const impossible: Record<string, Reasons> = {
  createOrder: {
    'incomplete, as an operator skipped a retriable step': noRetriable,
  },
  shipOrder: {
    'completed with the help of an operator': noRetriable,
    'incomplete, as an operator skipped a retriable step': noRetriable,
    'out of time': 'a pivot is asked until it is answered',
    'cancelled in Temporal': pivotFirst,
    'compensated with the help of an operator': pivotFirst,
    'incomplete, as an operator skipped a compensation': pivotFirst,
  },
};
