import type { Environment } from '../../libs/config/settings.js';
import type { RunningBroker } from './brokers/broker.js';
import type { ChannelBed } from './channel.harness.js';
import { openAs } from './open-as.js';

/** A broker that the test has started, published to as the relay does it. */
export async function brokerBed(broker: RunningBroker, environment: Environment): Promise<ChannelBed> {
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
