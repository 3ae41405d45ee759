import type { Logger } from 'pino';
import { Counter, register } from 'prom-client';
import { BackgroundLoop } from '../../service-kit/background-loop.js';
import type { Channel } from '../channel/channel.js';
import { broughtTypes, type Consumer } from './consumer.js';
import { ConsumerProgress } from './consumer-progress.js';
import type { Inbox } from './inbox.js';
import { InboxUpkeep, type InboxUpkeepOptions } from './inbox-upkeep.js';

export interface RunConsumerOptions {
  channel: Channel;
  inbox: Inbox;
  consumer: Consumer;
  log: Logger;
  /** Where a new consumer begins. Default: at the beginning of the log. */
  from?: 'beginning' | 'now';
  /** How many events of different aggregates it handles at once. Default: the channel's. */
  concurrency?: number | undefined;
  /** How often parked events are handled, in milliseconds. Default 1,000. */
  handleParkedEveryMs?: number;
  /** How the inbox is trimmed. Without it the inbox keeps all rows, and retention keeps the log for the consumer. */
  upkeep?: InboxUpkeepOptions;
}

const UPKEEP_EVERY_MS = 5_000;

export interface RunningConsumer {
  /** Resolves when no handler runs any more. Events without acknowledgement come again to the next member. */
  stop(): Promise<void>;
}

const received = new Counter({
  name: 'inbox_events_total',
  help: 'Events that consumers received, by outcome; failed ones come again',
  labelNames: ['consumer', 'outcome'],
  registers: [register],
});

/** Passes a consumer's events from the channel into the inbox. An event is acknowledged once its effects are committed. */
export async function runConsumer(options: RunConsumerOptions): Promise<RunningConsumer> {
  const { channel, inbox, consumer, log, from = 'beginning', concurrency, handleParkedEveryMs = 1_000, upkeep } = options;
  // A group may begin again, on another channel or because its broker has forgotten it. The inbox ignores the repeats.
  const after = await inbox.begin(consumer, from);
  const subscription = await channel.subscribe(
    { group: consumer.name, types: broughtTypes(consumer), from: { after }, concurrency },
    async (event) => {
      try {
        const outcome = await inbox.receive(consumer, event);
        received.inc({ consumer: consumer.name, outcome });
        if (outcome === 'dead')
          log.error(
            { consumer: consumer.name, eventId: event.eventId, type: event.type, aggregate: event.aggregateId },
            `An event could not be applied and is a dead letter of ${consumer.name}: GET /v1/dead-letters`,
          );
      } catch (error) {
        received.inc({ consumer: consumer.name, outcome: 'failed' });
        throw error;
      }
    },
  );
  const parkedLoop = new BackgroundLoop(
    async () => {
      await inbox.handleParked(consumer);
      return false;
    },
    {
      idleMs: handleParkedEveryMs,
      onError: (error) =>
        log.warn(
          { consumer: consumer.name, err: error },
          `${consumer.name}: parked events could not be handled and are tried again`,
        ),
    },
  );
  parkedLoop.start();
  const upkeepLoop = upkeep && startUpkeep(consumer, upkeep, log);
  upkeepLoop?.start();
  return {
    async stop() {
      await Promise.all([subscription.stop(), parkedLoop.stop(), upkeepLoop?.stop()]);
    },
  };
}

function startUpkeep(consumer: Consumer, options: InboxUpkeepOptions, log: Logger): BackgroundLoop {
  const progress = new ConsumerProgress(options.database, consumer);
  const upkeep = new InboxUpkeep(options);
  const onError = (error: unknown) =>
    log.warn({ consumer: consumer.name, err: error }, `${consumer.name}: the inbox could not be trimmed and is tried again`);
  return new BackgroundLoop(() => upkeep.step([progress]), { idleMs: UPKEEP_EVERY_MS, onError });
}
