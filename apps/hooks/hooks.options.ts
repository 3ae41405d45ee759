import type { Pool } from 'pg';
import type { Clock } from '../../libs/service-kit/clock.js';
import type { HooksRetention } from './delivery/sweeper.js';
import type { ResolveHost } from './egress/resolve-host.js';

/** The options of the webhooks. Those with a default are for tests. */
export interface HooksOptions {
  database: Pool;
  /** `HOOKS_SECRET_KEY`. */
  secretKey: string;
  /** `HOOKS_OLD_SECRET_KEYS`. */
  oldSecretKeys?: string;
  /** `HOOKS_PER_KEY`: how many hooks one caller may have. */
  hooksPerKey?: number;
  allowLoopback: boolean;
  /** Loopback ports that no hook may reach. */
  internalPorts?: ReadonlySet<number>;
  /** Names this process in leases and logs. */
  workerName: string;
  retention: HooksRetention;
  clock?: Clock;
  resolveHost?: ResolveHost;
}
