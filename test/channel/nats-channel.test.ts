import { brokerChannelHarness, natsEnvironment } from './broker-channel.harness.js';
import { brokerOrReason } from './brokers/broker.js';
import { startNatsServer } from './brokers/nats-server.js';
import { channelConformance } from './channel-conformance.js';

const broker = await brokerOrReason('NATS', startNatsServer);

channelConformance('NATS', {
  capabilities: { order: 'subject', dedupMs: 120_000, replay: true },
  start: typeof broker === 'string' ? broker : () => brokerChannelHarness(broker, natsEnvironment(broker)),
});
