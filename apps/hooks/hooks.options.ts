import type { Pool } from 'pg';
import type { Clock } from '../../libs/service-kit/clock.js';
import type { HooksRetention } from './delivery/sweeper.js';
import type { ResolveHost } from './egress/resolve-host.js';

/** What the webhooks are made of; those with a default are for tests. */
export interface HooksOptions {
  database: Pool;
  /** `HOOKS_SECRET_KEY`. */
  secretKey: string;
  /** `HOOKS_OLD_SECRET_KEYS`. */
  oldSecretKeys?: string;
  /** `HOOKS_PER_KEY`: how many hooks one caller may have. */
  hooksPerKey?: number;
  allowLoopback: boolean;
  /** Ports of loopback that no hook may go to. */
  internalPorts?: ReadonlySet<number>;
  /** Says in leases and logs which process it was. */
  workerName: string;
  retention: HooksRetention;
  clock?: Clock;
  resolveHost?: ResolveHost;
}
