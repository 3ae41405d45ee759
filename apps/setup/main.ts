import { Connection } from '@temporalio/client';
import { readSettings } from '../../libs/config/settings.js';
import { prepareDatabases } from '../../libs/database/prepare-databases.js';
import { createLog } from '../../libs/service-kit/log.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { prepareNamespace } from './prepare-namespace.js';

const settings = readSettings('LOG_LEVEL', 'DATABASE_URL', 'DATABASE_ROLE_PASSWORD', 'OUTBOX_NOTIFY', ...temporalSettingNames);
const log = createLog('setup', settings.LOG_LEVEL);

/** Runs once before a release: what the processes find in PostgreSQL and Temporal when they start. May be repeated. */
try {
  if (!settings.DATABASE_URL) throw new Error('setup needs DATABASE_URL: a PostgreSQL user who may create roles and schemas.');
  await prepareDatabases({
    adminUrl: settings.DATABASE_URL,
    rolePassword: settings.DATABASE_ROLE_PASSWORD,
    outboxNotify: settings.OUTBOX_NOTIFY,
    log: (line) => log.info(line),
  });
  const connection = await Connection.connect(connectionOptions(settings));
  await prepareNamespace(connection, settings.TEMPORAL_NAMESPACE);
  log.info(`namespace ${settings.TEMPORAL_NAMESPACE}: search attributes and retention are there`);
  await connection.close();
} catch (error) {
  log.fatal({ err: error }, (error as Error).message);
  process.exitCode = 1;
}
