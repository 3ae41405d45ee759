import { NativeConnection } from '@temporalio/worker';
import { readSettings } from '../../libs/config/settings.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { installRuntime } from '../../libs/temporal/install-runtime.js';
import { startWorker, workerSettingNames } from './start-worker.js';
import { WorkerModule } from './worker.module.js';

const settings = readSettings('LOG_LEVEL', 'HOST', 'WORKER_PORT', ...workerSettingNames, ...temporalSettingNames);
const log = createLog('worker', settings.LOG_LEVEL);

await runProcess(log, async () => {
  installRuntime(log);
  const connection = await NativeConnection.connect(connectionOptions(settings));
  const worker = await startWorker(connection, settings, log, () => process.kill(process.pid, 'SIGTERM'));
  await startService({
    module: WorkerModule.register(worker, () => connection.close()),
    log,
    host: settings.HOST,
    port: settings.WORKER_PORT,
  });
});
