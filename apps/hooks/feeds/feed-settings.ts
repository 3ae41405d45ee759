import type { Settings } from '../../../libs/config/settings.js';

/** The settings of the feeds. */
export const feedSettingNames = [
  'FEED_CONNECTIONS',
  'FEED_LIFETIME_MS',
  'FEED_HEARTBEAT_MS',
  'FEED_POLL_MS',
] as const satisfies (keyof Settings)[];

export type FeedSettings = Pick<Settings, (typeof feedSettingNames)[number]>;

export const FEED_SETTINGS = Symbol('FEED_SETTINGS');

/**
 * A reader that takes no data for this many heartbeats is disconnected. The kernel buffers megabytes, so a slow reader looks idle
 * for a while.
 */
export const STALLED_HEARTBEATS = 8;
