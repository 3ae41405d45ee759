import { channelConformance } from './channel-conformance.js';
import { startPostgresChannelHarness } from './postgres-channel.harness.js';

channelConformance('PostgreSQL', {
  capabilities: { order: 'key', dedupMs: Infinity, replay: true },
  start: startPostgresChannelHarness,
});
