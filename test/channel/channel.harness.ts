import type { Channel, PublishResult } from '../../libs/messaging/channel/channel.js';
import type { ChannelOptions } from '../../libs/messaging/channel/channel-options.js';
import type { Environment } from '../../libs/config/settings.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { type ChannelSettings, openChannel } from '../../libs/messaging/channel/open-channel.js';

/** A transport, brought up for the conformance suite. */
export interface ChannelHarness {
  /** A connection of its own, as another process would have it. */
  open(options?: ChannelOptions): Promise<Channel>;
  /** Puts events where consumers find them, as the system does it. */
  publish(events: readonly LoggedEvent[]): Promise<readonly PublishResult[]>;
  /** The same event so that the transport cannot take it. */
  refusable(event: LoggedEvent): LoggedEvent;
  /** The settings of another process that is to use the transport; undefined where it does not leave this one. */
  environment?: Environment;
  /** Takes away what the members of `environment` need: their database or their broker. @returns a function that gives it back. */
  outage?: () => () => void;
  stop(): Promise<void>;
}

/** Impatient, so that a dead member is missed within a test, though not so much that a busy machine is taken for a dead one. */
export const LEASE_MS = 3_000;
export const backoffMs = (failures: number): number => Math.min(200, 20 * failures);

/** Opens the channel that a process with these settings would open. */
export const openAs = (service: string, environment: Environment, options: ChannelOptions = {}): Promise<Channel> =>
  openChannel(service, environment as unknown as ChannelSettings, { leaseMs: LEASE_MS, backoffMs, ...options });
