import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Saves the history of an ended saga as `test/replay/histories/<workflow>.<scenario>.<release>.json`; by default of its last run. A
 * recorded history is never written again: if it no longer replays, the workflow has changed.
 * @returns the file.
 * @throws Error if the file exists, or if the saga is still running.
 */
export async function saveHistory(client: Client, sagaId: string, scenario: string, runId?: string): Promise<string> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const file = path.join('test/replay/histories', `${sagaId.split(':')[0]}.${scenario}.${version}.json`);
  if (existsSync(file))
    throw new Error(
      `${file} is there already and is not overwritten. A workflow that changes needs patched(); another scenario needs another name.`,
    );
  const handle = client.workflow.getHandle(sagaId, runId);
  const { status } = await handle.describe();
  if (status.name === 'RUNNING')
    throw new Error(`${sagaId} is still running: only a history with an end says how the saga ends.`);
  writeFileSync(file, `${historyToJSON(await handle.fetchHistory())}\n`);
  return file;
}
