import { Client, Connection } from '@temporalio/client';
import { parseArgs } from 'node:util';
import { readSettings } from '../libs/config/settings.js';
import { connectionOptions, temporalSettingNames } from '../libs/temporal/connection-options.js';
import { saveHistory } from './history/save-history.js';

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

async function record(sagaId: string, name: string): Promise<string> {
  const settings = readSettings(...temporalSettingNames);
  const connection = await Connection.connect(connectionOptions(settings));
  try {
    return await saveHistory(new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE }), sagaId, name);
  } finally {
    await connection.close();
  }
}
