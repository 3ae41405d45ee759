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
  /** Where the consumer begins the first time that it ever runs. Default: at the beginning of the log. */
  from?: 'beginning' | 'now';
  /** How many events of different aggregates it may be at, at once. Default: as the channel has it. */
  concurrency?: number | undefined;
  /** How often what is parked is looked after, in milliseconds. Default 1,000. */
  tendEveryMs?: number;
  /** How the inbox is kept small. Not said, it keeps everything, and retention keeps the log for the consumer. */
  upkeep?: InboxUpkeepOptions;
}

const UPKEEP_EVERY_MS = 5_000;

export interface RunningConsumer {
  /** Resolves when no handler runs any more. Events without acknowledgement come again to the next member. */
  stop(): Promise<void>;
}

const received = new Counter({
  name: 'inbox_events_total',
  help: 'Events that consumers were brought, by what became of them; failed ones come again',
  labelNames: ['consumer', 'outcome'],
  registers: [register],
});

/** Passes a consumer's events from the channel into the inbox. An event is acknowledged once its effects are committed. */
export async function runConsumer(options: RunConsumerOptions): Promise<RunningConsumer> {
  const { channel, inbox, consumer, log, from = 'beginning', concurrency, tendEveryMs = 1_000, upkeep } = options;
  // Wherever a group begins again (on another channel, or as its broker has forgotten it), the inbox leaves out what it has had.
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
  const tending = new BackgroundLoop(
    async () => {
      await inbox.tend(consumer);
      return false;
    },
    {
      idleMs: tendEveryMs,
      onError: (error) => log.warn({ consumer: consumer.name, err: error }, `${consumer.name}: parked events are tried again`),
    },
  );
  tending.start();
  const keeping = upkeep && keepInbox(consumer, upkeep, log);
  keeping?.start();
  return {
    async stop() {
      await Promise.all([subscription.stop(), tending.stop(), keeping?.stop()]);
    },
  };
}

function keepInbox(consumer: Consumer, options: InboxUpkeepOptions, log: Logger): BackgroundLoop {
  const progress = new ConsumerProgress(options.database, consumer);
  const upkeep = new InboxUpkeep(options);
  const step = async () => {
    await upkeep.step([progress]);
    return false;
  };
  const onError = (error: unknown) =>
    log.warn({ consumer: consumer.name, err: error }, `${consumer.name}: the inbox is cleared later`);
  return new BackgroundLoop(step, { idleMs: UPKEEP_EVERY_MS, onError });
}
