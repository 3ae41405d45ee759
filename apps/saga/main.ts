import { Client, Connection } from '@temporalio/client';
import { Gauge } from 'prom-client';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { SagaRegister } from './saga-register.js';
import { SagaWatch } from './saga-watch.js';
import { SagaModule } from './saga.module.js';

const EVERY_MS = 1_000;

const settings = readSettings('LOG_LEVEL', 'HOST', 'SAGA_PORT', 'DATABASE_URL', ...temporalSettingNames);
const log = createLog('saga', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The saga watch needs DATABASE_URL: the database as its own role.');
  const database = servicePool(settings.DATABASE_URL, 'saga', 3);
  // Lazily: the watch starts without Temporal and makes up for what it has missed.
  const connection = Connection.lazy(connectionOptions(settings));
  const client = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  const watch = new SagaWatch({ client, register: new SagaRegister(database), log, everyMs: EVERY_MS });
  const behind: Gauge = new Gauge({
    name: 'saga_watch_behind_seconds',
    help: 'How long ago the last look at Temporal succeeded',
    collect: () => behind.set(watch.lastLook === undefined ? Number.NaN : (Date.now() - watch.lastLook) / 1000),
  });
  await startService({
    module: SagaModule.register(watch, database, () => database.end()),
    log,
    host: settings.HOST,
    port: settings.SAGA_PORT,
  });
  watch.start();
});
