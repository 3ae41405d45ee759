import { servicePool } from '../../libs/database/service-pool.js';
import { readSettings } from '../../libs/config/settings.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { RelayModule } from './relay.module.js';

const settings = readSettings('LOG_LEVEL', 'HOST', 'RELAY_PORT', 'DATABASE_URL');
const log = createLog('relay', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The relay needs DATABASE_URL: the database as the role that owns the log.');
  const database = servicePool(settings.DATABASE_URL, 'relay', 3);
  await startService({ module: RelayModule.register(database), log, host: settings.HOST, port: settings.RELAY_PORT });
});
