import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
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

/** Those that the tests have waited for, and whatever else Temporal lists: its list lags behind. */
async function* histories(client: Client): AsyncIterable<HistoryAndWorkflowId> {
  for (const workflowId of endedSagas) {
    const history = await client.workflow
      .getHandle(workflowId)
      .fetchHistory()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined; // the test has deleted it
        throw error;
      });
    if (history) yield { workflowId, history };
  }
  const listed = client.workflow.list({ query: `StartTime >= '${startedAt}' and ExecutionStatus != 'Running'` });
  for await (const one of listed.intoHistories()) if (!endedSagas.has(one.workflowId)) yield one;
}
