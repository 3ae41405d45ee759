import { hasMailbox } from '../../libs/config/has-mailbox.js';
import { parseMailAddress } from '../../libs/config/mail-address.js';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { channelSettings, openChannel } from '../../libs/messaging/channel/open-channel.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { observeInbox } from '../../libs/messaging/inbox/inbox-metrics.js';
import { runConsumer } from '../../libs/messaging/inbox/run-consumer.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { BackgroundLoop } from '../../libs/service-kit/background-loop.js';
import { systemClock } from '../../libs/service-kit/clock.js';
import { createLog } from '../../libs/service-kit/log.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { MailboxServer } from './mailbox/mailbox.server.js';
import { Mailbox } from './mailbox/mailbox.service.js';
import { queueMails } from './queue-mails.consumer.js';
import { NotificationModule } from './notification.module.js';
import { AddressBook } from './sending/address-book.js';
import { observeMails } from './sending/mail-metrics.js';
import { MailSender } from './sending/mail-sender.js';
import { CONNECTIONS, SmtpSender } from './sending/smtp-sender.js';

/** The polling interval of each loop. The four loops together poll four times as often. */
const SEND_IDLE_MS = 1_000;

const settings = readSettings(
  'NODE_ENV',
  'LOG_LEVEL',
  'HOST',
  'PORT',
  'DATABASE_POOL_SIZE',
  'INBOX_RETENTION_HOURS',
  'CUSTOMER_URL',
  'SMTP_URL',
  'MAIL_FROM',
  'OPERATIONS_MAIL',
  'MAIL_RETENTION_HOURS',
  'RETENTION_SWEEP_MS',
  'SHORT_RETENTION',
  ...channelSettings,
);
const log = createLog('notification', settings.LOG_LEVEL);

const sendingLoops = (sender: MailSender, onError: (error: unknown) => void): BackgroundLoop[] => [
  ...Array.from(
    { length: CONNECTIONS },
    () => new BackgroundLoop(async () => (await sender.send()) > 0, { idleMs: SEND_IDLE_MS, onError }),
  ),
  new BackgroundLoop(() => sender.sweep(), { idleMs: settings.RETENTION_SWEEP_MS, onError }),
];

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The notification service needs DATABASE_URL: the database as its own role.');
  const onError = (error: unknown) => log.warn(error);
  const database = servicePool(settings.DATABASE_URL, 'notification', settings.DATABASE_POOL_SIZE);
  const mailbox = hasMailbox(settings) ? new Mailbox(database) : undefined;
  const mailboxServer = mailbox && new MailboxServer(mailbox, onError);
  const smtpUrl = settings.SMTP_URL ?? (await mailboxServer?.start());
  if (smtpUrl === undefined) log.error('SMTP_URL is not set, so mails wait in the queue. Set SMTP_URL and restart.');
  const smtp = smtpUrl === undefined ? undefined : new SmtpSender(smtpUrl, settings.MAIL_FROM);
  const customers = new ServiceApi('customer', settings.CUSTOMER_URL);
  const addresses = new AddressBook(customers, parseMailAddress(settings.OPERATIONS_MAIL)!);
  observeMails(database);
  observeInbox(database, () => [queueMails.name]);

  const channel = await openChannel('notification', settings);
  const eventLog = new EventLog(database);
  const inbox = new Inbox({ database, history: eventLog });
  const upkeep = { database, eventLog, retentionMs: settings.INBOX_RETENTION_HOURS * 3_600_000 };
  // From now on: events from before the first start are not mailed.
  const consuming = await runConsumer({ channel, inbox, consumer: queueMails, log, from: 'now', upkeep });
  const retentionMs = settings.MAIL_RETENTION_HOURS * 3_600_000;
  const loops = smtp
    ? sendingLoops(new MailSender({ database, addresses, smtp, clock: systemClock, retentionMs, onError }), onError)
    : [];
  for (const loop of loops) loop.start();

  await startService({
    module: NotificationModule.register({
      database,
      channel,
      deadLetters: new DeadLetters(database, inbox, () => [queueMails]),
      mailbox,
      lifecycle: {
        drain: () => Promise.all([consuming.stop(), ...loops.map((loop) => loop.stop())]),
        close: async () => {
          smtp?.close();
          await Promise.all([mailboxServer?.stop(), channel.close(), customers.close()]);
          await database.end();
        },
      },
    }),
    log,
    host: settings.HOST,
    port: settings.PORT,
    translate: databaseProblem,
  });
});
