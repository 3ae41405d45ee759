import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect } from 'vitest';
import { bundleWorkflows } from './bundle-workflows.js';
import { system } from './system.js';

let startedAt: string;
beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  startedAt = new Date().toISOString();
});

/** Every execution that a test file started and that has ended is replayed: what ran once must run the same way again. */
afterAll(async () => {
  const connection = await Connection.connect({ address: system().temporalAddress });
  try {
    const client = new Client({ connection });
    const ended = client.workflow.list({ query: `StartTime >= '${startedAt}' and ExecutionStatus != 'Running'` });
    const bundle = await bundleWorkflows();
    const failures: string[] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, ended.intoHistories())) {
      if (error) failures.push(`${workflowId}: ${error.message}`);
    }
    expect(failures, 'executions that do not replay').toEqual([]);
  } finally {
    await connection.close();
  }
}, 300_000);
