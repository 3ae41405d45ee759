import { NativeConnection } from '@temporalio/worker';
import { readSettings } from '../../libs/config/settings.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { installRuntime } from '../../libs/temporal/install-runtime.js';
import { gatewaySettingNames } from '../gateway/config/gateway.settings.js';
import { startGateway } from '../gateway/start-gateway.js';
import { startWorker, workerSettingNames } from '../worker/start-worker.js';

// Gateway and worker share one connection, so that the server may hand a saga's first task to the process that started it.
const settings = readSettings('LOG_LEVEL', ...gatewaySettingNames, ...workerSettingNames, ...temporalSettingNames);
const log = createLog('gateway', settings.LOG_LEVEL);

await runProcess(log, async () => {
  installRuntime(log);
  const temporal = await NativeConnection.connect(connectionOptions(settings));
  const worker = await startWorker(temporal, settings, log, () => process.kill(process.pid, 'SIGTERM'));
  await startGateway({
    temporal,
    eagerStart: true,
    settings,
    log,
    readiness: { worker: () => worker.check() },
    lifecycle: { drain: () => worker.stop(), close: () => temporal.close() },
  });
});
