import { Client, Connection } from '@temporalio/client';
import { Gauge } from 'prom-client';
import { sagaPolicySettings } from '../../libs/config/saga-policy.js';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { channelSettings } from '../../libs/messaging/channel/open-channel.js';
import { EventLog } from '../../libs/messaging/event-log.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { databaseProblem } from '../../libs/participant/database-failure.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { bridgeTable } from './bridge/bridge-table.js';
import { bridgeConsumer } from './bridge/bridge.consumer.js';
import { runBridge } from './bridge/run-bridge.js';
import { SagaRegister } from './saga-register.js';
import { SagaWatch } from './saga-watch.js';
import { SagaModule } from './saga.module.js';

const POLL_INTERVAL_MS = 1_000;

const settings = readSettings(
  'LOG_LEVEL',
  'HOST',
  'SAGA_PORT',
  'TEMPORAL_TASK_QUEUE',
  'UNPAID_ORDER_TERM_MS',
  ...channelSettings,
  ...sagaPolicySettings,
  ...temporalSettingNames,
);
const log = createLog('saga', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The saga watch needs DATABASE_URL: the database as its own role.');
  const database = servicePool(settings.DATABASE_URL, 'saga', 6);
  // Lazily: the watch starts without Temporal and catches up later.
  const connection = Connection.lazy(connectionOptions(settings));
  const client = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  const watch = new SagaWatch({ client, register: new SagaRegister(database), log, intervalMs: POLL_INTERVAL_MS });
  const behind: Gauge = new Gauge({
    name: 'saga_watch_behind_seconds',
    help: 'How long ago Temporal was last polled successfully',
    collect: () => behind.set(watch.lastPoll === undefined ? Number.NaN : (Date.now() - watch.lastPoll) / 1000),
  });
  const rules = bridgeTable(settings);
  const inbox = new Inbox({ database, history: new EventLog(database) });
  const consumer = bridgeConsumer(rules);
  const bridge = rules.length === 0 ? undefined : await runBridge({ consumer, inbox, database, client, settings, log });
  await startService({
    module: SagaModule.register(watch, database, new DeadLetters(database, inbox, () => [consumer]), {
      drain: () => Promise.all([watch.stop(), bridge?.stop()]),
      close: async () => {
        await bridge?.close();
        await database.end();
      },
    }),
    log,
    host: settings.HOST,
    port: settings.SAGA_PORT,
    translate: databaseProblem,
  });
  watch.start();
});
