import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Takes the history of an ended saga into `test/replay/histories/<workflow>.<scenario>.<release>.json`; of its last run by default.
 * @returns the file.
 *
 * A recorded history is never written again: one that does not replay any more means that the workflow has changed.
 * @throws Error when the file is there already, or the saga is still running.
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
