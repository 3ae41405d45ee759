import { Connection } from '@temporalio/client';
import { searchAttributeDeclarations } from '../../contracts/saga/search-attribute-names.js';
import { connectionOptions, type TemporalSettings } from '../temporal/connection-options.js';
import { EmbeddedSystemError } from './embedded-system.error.js';
import { listensOn } from './tcp-probe.js';

const PATIENCE_MS = 5_000;

/** Idempotency keys are workflow ids, which Temporal knows as long as it retains a run. The API promises 24 h. */
const RETENTION_SECONDS = 72 * 3_600;

/** Whether a server without TLS answers for the namespace. */
export async function namespaceAnswers(address: string, namespace: string, withinMs = 2_000): Promise<boolean> {
  const [host = '', port] = address.split(':');
  if (!(await listensOn(host, Number(port)))) return false;
  try {
    const connection = await Connection.connect({ address, connectTimeout: withinMs });
    try {
      await connection.withDeadline(Date.now() + withinMs, () => connection.workflowService.describeNamespace({ namespace }));
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

/** Makes the embedded server keep ended runs for at least 72 h. */
export async function ensureRetention(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= RETENTION_SECONDS) return;
    const seconds = RETENTION_SECONDS as never; // the type is Long, but a number is encoded correctly, too
    await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: { seconds } } });
  } finally {
    await connection.close();
  }
}

/**
 * Checks within a few seconds that the server of TEMPORAL_ADDRESS answers. Missing search attributes are only logged, because the server
 * belongs to the user.
 *
 * @throws EmbeddedSystemError if it is unreachable, or does not know the namespace.
 */
export async function requireExternalTemporal(settings: TemporalSettings, log: (line: string) => void): Promise<void> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = settings;
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...connectionOptions(settings), connectTimeout: PATIENCE_MS });
  } catch (error) {
    throw new EmbeddedSystemError(
      `No Temporal server answers at ${address} (TEMPORAL_ADDRESS) within ${PATIENCE_MS / 1000} s: ${(error as Error).message}. ` +
        'Start it, correct the address, or leave TEMPORAL_ADDRESS out to have one started.',
    );
  }
  const withinPatience = <Answer>(ask: () => Promise<Answer>) => connection.withDeadline(Date.now() + PATIENCE_MS, ask);
  try {
    await withinPatience(() => connection.workflowService.describeNamespace({ namespace })).catch((error: Error) => {
      throw new EmbeddedSystemError(
        `The Temporal server at ${address} gives no access to namespace ${namespace} (TEMPORAL_NAMESPACE): ${error.message}`,
      );
    });
    const listed = await withinPatience(() => connection.operatorService.listSearchAttributes({ namespace })).catch(
      () => undefined,
    );
    const missing = listed
      ? searchAttributeDeclarations.filter((declaration) => !listed.customAttributes?.[declaration.split('=')[0]!])
      : [];
    if (missing.length > 0) {
      log(`temporal: namespace ${namespace} lacks the search attributes ${missing.join(', ')}, which sagas set; add them`);
    }
  } finally {
    await connection.close();
  }
}
