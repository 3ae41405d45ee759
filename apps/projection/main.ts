import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { channelSettings, openChannel } from '../../libs/messaging/channel/open-channel.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { observeInbox } from '../../libs/messaging/inbox/inbox-metrics.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { observeProjections, ProjectionRunners } from './projection-runners.js';
import { ProjectionModule } from './projection.module.js';
import { projections } from './projections.js';

const HOUR_MS = 3_600_000;

const settings = readSettings(
  'LOG_LEVEL',
  'HOST',
  'PORT',
  'DATABASE_POOL_SIZE',
  'LOG_RETENTION_HOURS',
  'INBOX_RETENTION_HOURS',
  'SHORT_RETENTION',
  ...channelSettings,
);
const log = createLog('projection', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The projection service needs DATABASE_URL: the database as its own role.');
  const database = servicePool(settings.DATABASE_URL, 'projection', settings.DATABASE_POOL_SIZE);
  const eventLog = new EventLog(database);
  const channel = await openChannel('projection', settings);
  const writes = servicePool(settings.DATABASE_URL, 'projection-writes', settings.DATABASE_POOL_SIZE);
  const inbox = new Inbox({ database: writes, history: eventLog });
  const buildingInbox = new Inbox({ database, history: eventLog });
  const logRetentionMs = settings.LOG_RETENTION_HOURS * HOUR_MS;
  const inboxRetentionMs = settings.INBOX_RETENTION_HOURS * HOUR_MS;
  const parts = { database, eventLog, channel, inbox, buildingInbox, log, logRetentionMs, inboxRetentionMs };
  const runners = new ProjectionRunners(projections, parts);
  await runners.start();
  observeProjections(runners.all);
  observeInbox(database, () => runners.consumers().map(({ name }) => name));
  await startService({
    module: ProjectionModule.register({ database, writes, eventLog, channel, inbox, runners }),
    log,
    host: settings.HOST,
    port: settings.PORT,
    translate: databaseProblem,
  });
});
