import { type SagaState, sagaStates } from '../../../contracts/saga/saga-state.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import type { SagaRun } from './saga-run.js';

/** The state that the saga itself recorded last; the one that it is started with if it has recorded none. */
export function recordedState({ typedSearchAttributes }: Pick<SagaRun, 'typedSearchAttributes'>): SagaState {
  const recorded = typedSearchAttributes.get(searchAttributes.sagaState);
  return sagaStates.find((state) => state === recorded) ?? 'RUNNING';
}
