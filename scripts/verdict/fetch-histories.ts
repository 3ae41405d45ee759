import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { readSettings } from '../../libs/config/settings.js';
import { fetchedHistory, type NamedHistory } from '../../libs/replay/history.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';

const AT_ONCE = 10;

/** Uses a client of the server at `TEMPORAL_ADDRESS`, or at the address given, and closes its connection. */
export async function withClient<Result>(address: string | undefined, use: (client: Client) => Promise<Result>): Promise<Result> {
  const settings = readSettings(...temporalSettingNames);
  const options = connectionOptions(settings);
  const connection = await Connection.connect(address === undefined ? options : { ...options, address });
  try {
    return await use(new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }));
  } finally {
    await connection.close();
  }
}

/** The history of a run; without `runId` of the newest. Undefined if the server no longer has it. */
export async function fetchHistory(client: Client, workflowId: string, runId?: string): Promise<NamedHistory | undefined> {
  try {
    return fetchedHistory(workflowId, await client.workflow.getHandle(workflowId, runId).fetchHistory());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && error.message.includes('NOT_FOUND')))
      return undefined;
    throw error;
  }
}

/** The histories of all runs that a query finds, the newest first. Runs that vanish meanwhile are left out. */
export async function* fetchHistories(client: Client, query: string): AsyncGenerator<NamedHistory, void> {
  let batch: Promise<NamedHistory | undefined>[] = [];
  const take = async function* () {
    for (const history of await Promise.all(batch)) if (history) yield history;
    batch = [];
  };
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    batch.push(fetchHistory(client, workflowId, runId));
    if (batch.length === AT_ONCE) yield* take();
  }
  yield* take();
}
