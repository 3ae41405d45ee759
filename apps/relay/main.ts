import { outboxDatabases } from '../../libs/config/outbox-databases.js';
import { readSettings } from '../../libs/config/settings.js';
import { channelSettings, openChannel } from '../../libs/messaging/channel/open-channel.js';
import { BrokerFollower } from '../../libs/messaging/relay/broker-follower.js';
import { LogRetention } from '../../libs/messaging/relay/log-retention.js';
import { NotificationListener } from '../../libs/database/notification-listener.js';
import { Outboxes } from '../../libs/messaging/relay/outboxes.js';
import { relayPool } from '../../libs/messaging/relay/relay-pool.js';
import { Relay } from '../../libs/messaging/relay/relay.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { RelayModule } from './relay.module.js';
import { SagaFloor } from './saga-floor.js';

const settings = readSettings(
  'LOG_LEVEL',
  'HOST',
  'RELAY_PORT',
  'OUTBOX_NOTIFY',
  'OUTBOX_DATABASE_URLS',
  'LOG_RETENTION_HOURS',
  'DELIVERY_RETENTION_HOURS',
  'SHORT_RETENTION',
  'SAGA_URL',
  ...channelSettings,
);
const log = createLog('relay', settings.LOG_LEVEL);

await runProcess(log, async () => {
  const { HOST: host, RELAY_PORT: port, DATABASE_URL: databaseUrl } = settings;
  const externalUrls = outboxDatabases(settings.OUTBOX_DATABASE_URLS) ?? {};
  if (!databaseUrl) throw new Error('The relay needs DATABASE_URL: the database as the role that owns the log.');
  const database = relayPool(databaseUrl, 5);
  const outboxes = new Outboxes(database, externalUrls);
  const relay = new Relay(database, outboxes, log);
  const listeners =
    settings.OUTBOX_NOTIFY === 'off'
      ? []
      : [databaseUrl, ...Object.values(externalUrls)].map(
          (url) => new NotificationListener({ connectionString: url }, 'outbox', () => relay.hint()),
        );
  for (const listener of listeners) listener.start();
  relay.start();
  const { EVENT_CHANNEL: broker } = settings;
  // With PostgreSQL the log itself is the channel. A broker needs a copy of the events.
  const follower =
    broker === 'postgres'
      ? undefined
      : new BrokerFollower({ database, name: broker, open: () => openChannel('relay', settings), logger: log });
  follower?.start();
  const sagaFloor = new SagaFloor(settings.SAGA_URL);
  const retention = new LogRetention({
    database,
    outboxes,
    retentionMs: settings.LOG_RETENTION_HOURS * 3_600_000,
    broker: broker === 'postgres' ? undefined : broker,
    sagaFloor: () => sagaFloor.read(),
    logger: log,
  });
  retention.start();
  const module = RelayModule.register({ database, outboxes, relay, listeners, follower, retention, sagaFloor });
  await startService({ module, log, host, port, translate: databaseProblem });
});
