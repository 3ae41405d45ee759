import type { Environment } from '../../libs/config/settings.js';
import type { Channel } from '../../libs/messaging/channel/channel.js';
import type { ChannelOptions } from '../../libs/messaging/channel/channel-options.js';
import { type ChannelSettings, openChannel } from '../../libs/messaging/channel/open-channel.js';
import { backoffMs, LEASE_MS } from './channel.harness.js';

/** The channel that a process with these settings would have. */
export const openAs = (service: string, environment: Environment, options: ChannelOptions = {}): Promise<Channel> =>
  openChannel(service, environment as unknown as ChannelSettings, { leaseMs: LEASE_MS, backoffMs, ...options });
