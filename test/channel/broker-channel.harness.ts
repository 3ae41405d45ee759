import type { Environment } from '../../libs/config/settings.js';
import type { RunningBroker } from './brokers/broker.js';
import { type ChannelHarness, openAs } from './channel.harness.js';

/** A broker that the test has started, published to as the relay does it. */
export async function brokerChannelHarness(broker: RunningBroker, environment: Environment): Promise<ChannelHarness> {
  const publisher = await openAs('relay', environment);
  return {
    open: (options) => openAs('member', environment, options),
    environment,
    outage: () => {
      broker.signal('SIGSTOP');
      return () => broker.signal('SIGCONT');
    },
    publish: (events) => publisher.publish(events),
    refusable: (event) => ({ ...event, data: `"${'x'.repeat(2 ** 21)}"` }),
    stop: async () => {
      await publisher.close();
      await broker.stop();
    },
  };
}

/** The settings with which a process uses this NATS server as its channel. */
export const natsEnvironment = ({ port }: RunningBroker): Environment => ({
  EVENT_CHANNEL: 'nats',
  NATS_URL: `nats://127.0.0.1:${port}`,
});

/** The settings with which a process uses this Kafka broker as its channel. */
export const kafkaEnvironment = ({ port }: RunningBroker): Environment => ({
  EVENT_CHANNEL: 'kafka',
  KAFKA_BROKERS: `127.0.0.1:${port}`,
});
