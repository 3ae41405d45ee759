import type { z } from 'zod';

/**
 * What a service publishes: schemas by `<type>.v<n>`. Each schema says by its `meta` what the fact is (`description`) and what its data
 * looks like (`examples`, one at least).
 */
export type EventSchemas = Readonly<Record<string, z.ZodType>>;

/** The end of a version that has a successor. Times are RFC 3339, as the CloudEvents deprecation extension wants them. */
export interface Deprecation {
  /** `deprecated` can still be asked for; `sunset` cannot, and is rendered only for who was pinned to it before. */
  status: 'deprecated' | 'sunset';
  /** Since when consumers are asked to move on. */
  from: string;
  /** From when it may become `sunset`; never moved to an earlier time once it is published. */
  sunset: string;
  /** What a consumer has to change, for people. */
  migration: string;
}

/**
 * How a type got from version `from` to the next one. `up` and `down` are pure and take whatever fits the schema of their side, which the
 * compiler knows where the step is written and nowhere else.
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
  /** That they are posted to one receiver and stand in no log, so that nobody can subscribe to them; default false. */
  unlogged?: boolean;
}
