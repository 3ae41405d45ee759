import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SagaState } from '../../../contracts/saga/saga-state.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { openStates } from '../../../contracts/saga/saga-status.js';
import { pageQuery } from '../../../contracts/values/page.js';
import { atPosition } from '../../../contracts/projection/projection.resource.js';
import { sagaFilter } from '../../../contracts/saga/saga.resource.js';
import { invalidCursor } from '../../../libs/service-kit/cursor.js';

/** The length of the checksum that ties a cursor to its query. */
const CHECKSUM_BYTES = 8;

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

/** Temporal's page token as a cursor of the API, tied to the query that it continues. */
export function cursorOf(token: Uint8Array, query: string): string | null {
  return token.length === 0 ? null : Buffer.concat([checksumOf(token, query), token]).toString('base64url');
}

/**
 * The page token in a cursor.
 * @throws ProblemException 422 `INVALID_CURSOR` for a damaged cursor, or a cursor of another query.
 */
export function tokenOf(cursor: string, query: string): Uint8Array {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(CHECKSUM_BYTES);
  if (token.length === 0 || !checksumOf(token, query).equals(bytes.subarray(0, CHECKSUM_BYTES))) throw invalidCursor();
  return token;
}

/** A checksum, not a signature: the token gives access to nothing that the list does not show. */
function checksumOf(token: Uint8Array, query: string): Buffer {
  return createHash('sha256').update(query).update('\0').update(token).digest().subarray(0, CHECKSUM_BYTES);
}
