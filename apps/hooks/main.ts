import { hostname } from 'node:os';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { feedSettingNames } from './feeds/feed-settings.js';
import { HooksAppModule } from './hooks-app.module.js';
import { internalPorts, internalPortSettings } from './internal-ports.js';

const settings = readSettings(
  'LOG_LEVEL',
  'HOST',
  'PORT',
  'DATABASE_URL',
  'DATABASE_POOL_SIZE',
  'HOOKS_SECRET_KEY',
  'HOOKS_OLD_SECRET_KEYS',
  'HOOKS_PER_KEY',
  'HOOKS_ALLOW_PRIVATE',
  'DELIVERY_RETENTION_HOURS',
  'COMMAND_RETENTION_HOURS',
  'SHORT_RETENTION',
  ...feedSettingNames,
  ...internalPortSettings,
);
const log = createLog('hooks', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The hooks service needs DATABASE_URL: the database as its own role.');
  if (!settings.HOOKS_SECRET_KEY) {
    throw new Error(
      'The hooks service needs HOOKS_SECRET_KEY, which encrypts the secrets of hooks: set it to what `openssl rand -base64 32` says, and keep it.',
    );
  }
  const database = servicePool(settings.DATABASE_URL, 'hooks', settings.DATABASE_POOL_SIZE);
  const hooks = {
    database,
    secretKey: settings.HOOKS_SECRET_KEY,
    oldSecretKeys: settings.HOOKS_OLD_SECRET_KEYS,
    hooksPerKey: settings.HOOKS_PER_KEY,
    allowLoopback: settings.HOOKS_ALLOW_PRIVATE,
    internalPorts: internalPorts(settings),
    retention: {
      deliveriesMs: settings.DELIVERY_RETENTION_HOURS * 3_600_000,
      commandsMs: settings.COMMAND_RETENTION_HOURS * 3_600_000,
    },
    workerName: `${hostname()}:${process.pid}`,
  };
  await startService({
    module: HooksAppModule.register(hooks, settings),
    log,
    host: settings.HOST,
    port: settings.PORT,
    translate: databaseProblem,
  });
});
