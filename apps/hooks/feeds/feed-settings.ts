import type { Settings } from '../../../libs/config/settings.js';

/** What the feeds read from the environment. */
export const feedSettingNames = [
  'FEED_CONNECTIONS',
  'FEED_LIFETIME_MS',
  'FEED_HEARTBEAT_MS',
  'FEED_POLL_MS',
] as const satisfies (keyof Settings)[];

export type FeedSettings = Pick<Settings, (typeof feedSettingNames)[number]>;

export const FEED_SETTINGS = Symbol('FEED_SETTINGS');

/** A reader is cut off that takes nothing for so many heartbeats. The kernel buffers megabytes, so taking slowly looks like nothing for a while. */
export const STALLED_HEARTBEATS = 8;
