import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { databaseProblem } from '../../libs/participant/database-failure.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { feedSettingNames } from './feeds/feed-settings.js';
import { HooksAppModule } from './hooks-app.module.js';

const settings = readSettings('LOG_LEVEL', 'HOST', 'PORT', 'DATABASE_URL', 'DATABASE_POOL_SIZE', ...feedSettingNames);
const log = createLog('hooks', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The hooks service needs DATABASE_URL: the database as its own role.');
  const database = servicePool(settings.DATABASE_URL, 'hooks', settings.DATABASE_POOL_SIZE);
  await startService({
    module: HooksAppModule.register(database, settings),
    log,
    host: settings.HOST,
    port: settings.PORT,
    translate: databaseProblem,
  });
});
