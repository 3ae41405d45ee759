import { brokerChannelHarness, kafkaEnvironment } from './broker-channel.harness.js';
import { brokerOrReason } from './brokers/broker.js';
import { startKafkaServer } from './brokers/kafka-server.js';
import { channelConformance } from './channel-conformance.js';

const broker = await brokerOrReason('Kafka', startKafkaServer);

channelConformance('Kafka', {
  capabilities: { order: 'partition', dedupMs: 0, replay: true },
  start: typeof broker === 'string' ? broker : () => brokerChannelHarness(broker, kafkaEnvironment(broker)),
});
