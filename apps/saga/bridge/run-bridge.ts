import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Gauge } from 'prom-client';
import type { Settings } from '../../../libs/config/settings.js';
import { sql } from '../../../libs/database/sql.js';
import { type ChannelSettings, openChannel } from '../../../libs/messaging/channel/open-channel.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import type { Consumer } from '../../../libs/messaging/inbox/consumer.js';
import type { Inbox } from '../../../libs/messaging/inbox/inbox.js';
import { observeInbox } from '../../../libs/messaging/inbox/inbox-metrics.js';
import { runConsumer } from '../../../libs/messaging/inbox/run-consumer.js';
import { BackgroundLoop } from '../../../libs/service-kit/background-loop.js';
import { SignalSender } from './signal-sender.js';

const SEND_IDLE_MS = 250;

export interface BridgeOptions {
  consumer: Consumer;
  inbox: Inbox;
  database: Pool;
  client: Client;
  settings: ChannelSettings & Pick<Settings, 'TEMPORAL_TASK_QUEUE' | 'INBOX_RETENTION_HOURS'>;
  log: Logger;
}

export interface RunningBridge {
  /** Resolves when all work in progress has ended. */
  stop(): Promise<void>;
  close(): Promise<void>;
  /** @throws when events are no longer delivered; see `Channel`. */
  assertDelivering(): void;
}

/** Runs the bridge: it consumes the events of the table and signals the workflows. */
export async function runBridge({ consumer, inbox, database, client, settings, log }: BridgeOptions): Promise<RunningBridge> {
  const onError = (error: unknown) => log.warn({ err: error }, 'the bridge failed and retries');
  const waiting: Gauge = new Gauge({
    name: 'saga_bridge_oldest_signal_seconds',
    help: 'How long the oldest signal has waited to be sent to its workflow',
    collect: async () => {
      const { rows } = await database.query<{ age: number }>(
        sql`select extract(epoch from clock_timestamp() - created_at)::float as age from bridge_signal order by id limit 1`,
      );
      waiting.set(rows[0]?.age ?? 0);
    },
  });
  const channel = await openChannel('saga', settings);
  observeInbox(database, () => [consumer.name]);
  // From now on: a process that is switched on must not handle old events.
  const upkeep = { database, eventLog: new EventLog(database), retentionMs: settings.INBOX_RETENTION_HOURS * 3_600_000 };
  const consuming = await runConsumer({ channel, inbox, consumer, log, from: 'now', upkeep });
  const sender = new SignalSender({ database, client, taskQueue: settings.TEMPORAL_TASK_QUEUE, onError });
  const sending = new BackgroundLoop(async () => (await sender.send()) > 0, { idleMs: SEND_IDLE_MS, onError });
  sending.start();
  return {
    stop: async () => void (await Promise.all([consuming.stop(), sending.stop()])),
    close: () => channel.close(),
    assertDelivering: () => channel.assertDelivering(),
  };
}
