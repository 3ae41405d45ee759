import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { searchAttributeDeclarations } from '../../contracts/saga/search-attribute-names.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';

/** temporal.api.enums.v1.IndexedValueType */
const types = { KEYWORD: 2, DATETIME: 6 } as const;

/** Idempotency keys are promised for 24 h after a saga's end; Temporal remembers workflow ids for as long as it retains runs. */
const RETENTION_SECONDS = 72 * 3_600;

/** How long the server may take to know a namespace that it was asked to create. */
const KNOWN_WITHIN_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Creates the namespace if it is not there, and gives it the search attributes that sagas set, and a retention of at least 72 h. May be repeated.
 *
 * @throws when the server does not let this be done over its API (Temporal Cloud does not): the error says what to create by hand.
 */
export async function prepareNamespace(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.values(searchAttributes);
  try {
    await createIfMissing(connection, namespace);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = wanted.filter(({ name }) => customAttributes?.[name] === undefined);
    if (missing.length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, types[type]])),
      });
    }
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) < RETENTION_SECONDS) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: { seconds: RETENTION_SECONDS as never } },
      });
    }
  } catch (error) {
    throw new Error(
      `The namespace ${namespace} could not be prepared: ${(error as Error).message}. If the server does not allow it over its API, create the ` +
        `search attributes ${searchAttributeDeclarations.join(', ')} and a retention of 3 days by hand.`,
      { cause: error },
    );
  }
}

async function createIfMissing(connection: Connection, namespace: string): Promise<void> {
  if (await isKnown(connection, namespace)) return;
  const workflowExecutionRetentionPeriod = { seconds: RETENTION_SECONDS as never };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  while (!(await isKnown(connection, namespace))) {
    if (Date.now() > deadline) throw new Error('it was created, and the server does not know it yet');
    await delay(PAUSE_MS);
  }
}

/** Whether every part of the server knows it: each has a copy of the list, which is a moment behind. */
async function isKnown(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await connection.operatorService.listSearchAttributes({ namespace });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && /NOT_FOUND|not found/i.test(error.message)) return false;
    throw error;
  }
}
