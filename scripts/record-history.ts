import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readSettings } from '../libs/config/settings.js';
import { connectionOptions, temporalSettingNames } from '../libs/temporal/connection-options.js';

const usage = `Usage: npm run history:record -- --saga <saga id> --scenario <kebab-case name>
Takes the history of an ended saga from the Temporal server at TEMPORAL_ADDRESS into test/replay/histories/<workflow>.<scenario>.<release>.json.`;

const { values } = parseArgs({ options: { saga: { type: 'string' }, scenario: { type: 'string' } } });
const { saga, scenario } = values;

try {
  if (!saga || !scenario || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(scenario)) throw new Error(usage);
  console.log(`recorded ${await record(saga, scenario)}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** A recorded history is never written again: one that does not replay any more means that the workflow has changed. */
async function record(sagaId: string, name: string): Promise<string> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const file = path.join('test/replay/histories', `${sagaId.split(':')[0]}.${name}.${version}.json`);
  if (existsSync(file))
    throw new Error(
      `${file} is there already and is not overwritten. A workflow that changes needs patched(); another scenario needs another name.`,
    );

  const settings = readSettings(...temporalSettingNames);
  const connection = await Connection.connect(connectionOptions(settings));
  try {
    const handle = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }).workflow.getHandle(sagaId);
    const { status } = await handle.describe();
    if (status.name === 'RUNNING')
      throw new Error(`${sagaId} is still running: only a history with an end says how the saga ends.`);
    writeFileSync(file, `${historyToJSON(await handle.fetchHistory())}\n`);
    return file;
  } finally {
    await connection.close();
  }
}
