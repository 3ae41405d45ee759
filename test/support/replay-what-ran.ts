import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect } from 'vitest';
import { builtWorkflows } from './built-workflows.js';
import { endedSagas } from './ended-sagas.js';
import { quietTemporal } from './quiet-temporal.js';
import { silentSinks } from './silent-sinks.js';
import { system } from './system.js';

let startedAt: string;
beforeAll(() => {
  quietTemporal();
  startedAt = new Date().toISOString();
});

/** Every execution that a test file started and that has ended is replayed: what ran once must run the same way again. */
afterAll(async () => {
  const connection = await Connection.connect({ address: system().temporalAddress });
  try {
    const client = new Client({ connection });
    const failures: string[] = [];
    const replayed = new Set<string>();
    const bundled = { workflowBundle: builtWorkflows, sinks: silentSinks };
    for await (const { workflowId, error } of Worker.runReplayHistories(bundled, histories(client))) {
      replayed.add(workflowId);
      if (error) failures.push(`${workflowId}: ${error.message}`);
    }
    expect(failures, 'executions that do not replay').toEqual([]);
    process.stdout.write(`  replayed ${replayed.size} executions\n`);
  } finally {
    await connection.close();
  }
}, 300_000);

/** The sagas that the tests have awaited, and all that Temporal lists, because its list lags behind. Deleted ones are skipped. */
async function* histories(client: Client): AsyncIterable<HistoryAndWorkflowId> {
  const listed = client.workflow.list({ query: `StartTime >= '${startedAt}' and ExecutionStatus != 'Running'` });
  const workflowIds = new Set(endedSagas);
  for await (const { workflowId } of listed) workflowIds.add(workflowId);
  for (const workflowId of workflowIds) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory().catch(unlessGone);
    if (history) yield { workflowId, history };
  }
}

function unlessGone(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && error.message.includes('NOT_FOUND')))
    return undefined;
  throw error;
}
