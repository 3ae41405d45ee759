import type { Environment } from '../../libs/config/settings.js';
import type { RunningBroker } from './brokers/broker.js';

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
