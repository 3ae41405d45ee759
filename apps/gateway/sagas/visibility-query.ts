import { z } from 'zod';
import type { SagaState } from '../../../contracts/saga/saga-state.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { openStates } from '../../../contracts/saga/saga-status.js';
import { pageQuery } from '../../../contracts/values/page.js';
import { atPosition } from '../../../contracts/projection/projection.resource.js';
import { sagaFilter } from '../../../contracts/saga/saga.resource.js';

/** The query of the list of sagas. */
export const SagaFilter = z.strictObject({ ...sagaFilter, ...pageQuery, ...atPosition });
export type SagaFilter = z.infer<typeof SagaFilter>;

const { sagaType, sagaState, customerId, businessId } = searchAttributes;

/**
 * The filter as a query of Temporal's visibility store. It excludes workflows that are no sagas.
 * @throws TypeError for a value that needs escaping. The schemas of the API allow none.
 */
export function visibilityQuery(filter: Pick<SagaFilter, 'type' | 'state' | 'customerId' | 'businessId'>): string {
  const conditions = [filter.type === undefined ? `${sagaType.name} IS NOT NULL` : equals(sagaType.name, filter.type)];
  if (filter.customerId !== undefined) conditions.push(equals(customerId.name, filter.customerId));
  if (filter.businessId !== undefined) conditions.push(equals(businessId.name, filter.businessId));
  if (filter.state !== undefined) conditions.push(inState(filter.state));
  return conditions.join(' AND ');
}

/** As `statusOf` reads one run: a saga that was ended by force is INCOMPLETE, whatever state it has recorded. */
function inState(state: SagaState): string {
  const running = `ExecutionStatus = 'Running'`;
  const recorded = equals(sagaState.name, state);
  if ((openStates as readonly SagaState[]).includes(state)) return `${recorded} AND ${running}`;
  if (state !== 'INCOMPLETE') return recorded;
  const endedByForce = `ExecutionStatus != 'Running' AND ${sagaState.name} IN (${openStates.map(quoted).join(', ')})`;
  return `(${recorded} OR (${endedByForce}))`;
}

const equals = (name: string, value: string): string => `${name} = ${quoted(value)}`;

function quoted(value: string): string {
  if (!/^[\w-]+$/.test(value)) throw new TypeError('The value cannot stand in a visibility query.');
  return `'${value}'`;
}
