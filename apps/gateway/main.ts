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
    // gRPC's own pause between attempts to connect grows to two minutes; nobody should wait that long for Temporal to be back.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000 },
  });
  // The connection ends with the process: a call that is being retried on one that was closed would crash the orderly end.
  await startGateway({ temporal, eagerStart: false, settings, log });
});
