import { Connection } from '@temporalio/client';
import { readSettings } from '../../libs/config/settings.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { gatewaySettingNames } from './config/gateway.settings.js';
import { startGateway } from './start-gateway.js';

const settings = readSettings('LOG_LEVEL', ...gatewaySettingNames, ...temporalSettingNames);
const log = createLog('gateway', settings.LOG_LEVEL);

await runProcess(log, async () => {
  const temporal = Connection.lazy({
    ...connectionOptions(settings),
    // The default backoff of gRPC grows to two minutes, which is too long after Temporal is back.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000 },
  });
  // The connection ends with the process: a retry on a closed connection would crash the shutdown.
  await startGateway({ temporal, eagerStart: false, settings, log });
});
