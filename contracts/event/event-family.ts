import type { z } from 'zod';

/**
 * The events that a service publishes: schemas by `<type>.v<n>`. The `meta` of each schema has the `description` of the fact and at least
 * one of its `examples`.
 */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;

/** The end of a version that has a successor. Times are RFC 3339, as the CloudEvents deprecation extension requires. */
export interface Deprecation {
  /** A `deprecated` version can still be requested. A `sunset` version is rendered only for hooks that were pinned to it before. */
  status: 'deprecated' | 'sunset';
  /** From this time consumers should move to the next version. */
  from: string;
  /** The earliest time at which it becomes `sunset`. Once it is published, it never moves to an earlier time. */
  sunset: string;
  /** How a consumer moves to the next version, for people. */
  migration: string;
}

/**
 * The step of a type from version `from` to the next one. `up` and `down` are pure functions. The compiler checks their schemas only where
 * the step is written.
 */
export interface VersionStep<Older = unknown, Newer = unknown> {
  /** Without a version: `order.approved`. */
  type: string;
  from: number;
  up(this: void, older: Older): Newer;
  down(this: void, newer: Newer): Older;
  /** `up`: down(up(older)) is older again. `down`: up(down(newer)) is newer again. */
  lossless: { up: boolean; down: boolean };
  /** Of the older version. */
  deprecation: Deprecation;
}

/** The events of one service, with the steps between the versions of those that have several. */
export interface EventFamily {
  schemas: EventSchemas;
  steps?: readonly VersionStep[];
  /** True if they are posted to one receiver and are not in the log, so that no hook can subscribe to them. Default false. */
  unlogged?: boolean;
}
