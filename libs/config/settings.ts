import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { z } from 'zod';
import { MAX_APPROVAL_DAYS, MAX_APPROVAL_MS, MAX_FORWARD_MS, MAX_HOLD_DAYS } from '../../contracts/participant/hold-limits.js';
import { participantNames } from '../../contracts/participant/participants.js';
import { faultInAccess } from './access.js';
import { faultInApiKeys } from './api-keys.js';
import { isHost } from './host.js';
import { InvalidSettingsError } from './invalid-settings.error.js';
import { parseMailAddress } from './mail-address.js';
import { guardOwnConnections } from './own-connections.js';
import { outboxDatabases } from './outbox-databases.js';
import { participantUrl, type ParticipantUrlSetting, urlSettingOf } from './participant-url.js';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** A longer timer ends at once in Node, without an error. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const upTo = (most: number, why: string) => z.coerce.number().int().min(1).max(most, `must be at most ${most} (${why})`);
const timer = upTo(MAX_TIMER_MS, '24.8 days, the longest timer there is');
const milliseconds = (fallback: number) => timer.default(fallback);
/** How long rows are kept. No timer waits for it, and a soak counts in minutes: 0.05 hours are three. */
const retention = (hours: number) =>
  z.coerce.number().positive().max(876_000, 'must be at most 876000 (100 years)').default(hours);
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');
const url = (fallback: string) => z.url().default(fallback);
const mailAddress = (fallback: string) =>
  z
    .string()
    .refine(
      (text) => parseMailAddress(text) !== undefined,
      'must be one mail address, or a name with one in angle brackets: Name <name@example.com>',
    )
    .default(fallback);

const isWebOrigin = (text: string): boolean => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Where each participant is, `ORDER_URL` to `TRIP_URL`: on its own port of this machine, unless its setting says otherwise. */
const participantUrlSchemas = Object.fromEntries(
  participantNames.map((name) => [urlSettingOf(name), url(participantUrl(name))]),
) as Record<ParticipantUrlSetting, ReturnType<typeof url>>;

/**
 * Every setting of every process, each with its type and default. `.env.example` explains them; a test holds the two together.
 * A setting without a default is optional here, and the process that cannot do without it says so.
 */
const catalogue = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  HOST: z
    .string()
    .refine(
      isHost,
      'must be an address of this machine or a name of one, without scheme, port or brackets: 127.0.0.1, ::1, 0.0.0.0',
    )
    .default('127.0.0.1'),
  PORT: port(3000),
  WORKER_PORT: port(3020),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),

  ...participantUrlSchemas,

  RELAY_PORT: port(3021),
  SAGA_PORT: port(3022),
  OUTBOX_NOTIFY: z.enum(['on', 'off']).default('off'),
  OUTBOX_DATABASE_URLS: z
    .string()
    .refine(
      (text) => outboxDatabases(text),
      'must be <service>=postgresql://… for each, with commas between; a comma in one is %2C',
    )
    .default(''),
  EVENT_CHANNEL: z.enum(['postgres', 'nats', 'kafka']).default('postgres'),
  NATS_URL: z.string().min(1).default('nats://127.0.0.1:4222'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^:,/]+:\d+(,[^:,/]+:\d+)*$/, 'must be host:port, with commas between several')
    .default('127.0.0.1:9092'),
  LOG_RETENTION_HOURS: retention(2_160),
  INBOX_RETENTION_HOURS: retention(24),
  NOTIFICATION_URL: url('http://127.0.0.1:3009'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: mailAddress('Roundtrip <no-reply@roundtrip.localhost>'),
  OPERATIONS_MAIL: mailAddress('operations@roundtrip.localhost'),
  UNPAID_ORDER_TERM_MS: timer.optional(),
  RELAY_URL: url('http://127.0.0.1:3021'),
  SAGA_URL: url('http://127.0.0.1:3022'),
  HOOKS_URL: url('http://127.0.0.1:3010'),
  PROJECTION_URL: url('http://127.0.0.1:3011'),
  FEED_CONNECTIONS: z.coerce.number().int().min(1).max(100_000).default(1_000),
  FEED_LIFETIME_MS: milliseconds(1_800_000),
  FEED_HEARTBEAT_MS: upTo(Math.floor(MAX_TIMER_MS / 8), '3.1 days: readers are cut off after eight times as long').default(
    15_000,
  ),
  FEED_POLL_MS: milliseconds(100),
  HOOKS_SECRET_KEY: z.string().min(1).optional(),
  HOOKS_OLD_SECRET_KEYS: z.string().default(''),
  HOOKS_PER_KEY: z.coerce.number().int().min(1).max(100_000).default(100),
  HOOKS_ALLOW_PRIVATE: flag(false),

  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_ROLE_PASSWORD: z.string().min(1).default('roundtrip'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10),

  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^:/]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('roundtrip'),
  TEMPORAL_UI_URL: url('http://127.0.0.1:8233'),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_TLS: flag(false),

  SAGA_FAST_STEP_MS: milliseconds(1_000),
  SAGA_STEP_DEADLINE_MS: milliseconds(30_000),
  SAGA_FORWARD_DEADLINE_MS: milliseconds(120_000),
  SAGA_ATTENTION_AFTER_MS: milliseconds(600_000),
  APPROVAL_WITHIN_MS: upTo(MAX_APPROVAL_MS, `${MAX_APPROVAL_DAYS} days: nothing is held for longer`).default(86_400_000),

  PAYMENT_AUTHORIZATION_TTL_MS: milliseconds(1_296_000_000),
  SETTLE_LOST_SAGAS: z.enum(['on', 'off']).default('off'),
  SETTLE_SWEEP_MS: milliseconds(60_000),

  RETENTION_SWEEP_MS: milliseconds(600_000),
  COMMAND_RETENTION_HOURS: retention(168),
  SAGA_RETENTION_HOURS: retention(2_160),
  DELIVERY_RETENTION_HOURS: retention(720),
  MAIL_RETENTION_HOURS: retention(720),
  SHORT_RETENTION: flag(false),

  AUTH: z.enum(['off', 'required']).optional(),
  API_KEYS: z
    .string()
    .refine((text) => faultInApiKeys(text) === undefined, { error: ({ input }) => faultInApiKeys(String(input)) })
    .optional(),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isWebOrigin),
      'must be origins as browsers send them (https://shop.example.com, no path), with commas between several',
    )
    .default([]),

  CHAOS: flag(false),

  DATA_DIR: z.string().min(1).default('.roundtrip'),
  EMBEDDED_POSTGRES_PORT: port(5433),
  EMBEDDED_TEMPORAL_PORT: port(7233),
  EMBEDDED_TEMPORAL_UI_PORT: port(8233),
};

/** The shortest retention that is safe. A soak has shorter ones on purpose. */
const atLeast = <Name extends keyof Settings & `${string}_RETENTION_HOURS`>(name: Name, hours: number, why: string) => ({
  names: [name, 'SHORT_RETENTION'] satisfies (keyof Settings)[],
  fault: (settings: Settings) =>
    !settings.SHORT_RETENTION && settings[name] < hours && `must be at least ${hours} (${why}); SHORT_RETENTION=true allows less`,
});

/** What must hold between settings, with the message of its fault. Checked where all of them are read. */
const relations = [
  atLeast('LOG_RETENTION_HOURS', 24, 'consumers and feeds may be away for a day'),
  atLeast('INBOX_RETENTION_HOURS', 1, 'a channel may deliver an event again for that long'),
  atLeast('COMMAND_RETENTION_HOURS', 24, 'the API promises to keep an Idempotency-Key for 24 hours'),
  atLeast(
    'SAGA_RETENTION_HOURS',
    120,
    'Temporal lists an ended saga for 72 hours, may delete it a day late, and a saga may take a day',
  ),
  atLeast('DELIVERY_RETENTION_HOURS', 24, 'receivers and operators look at the deliveries of a day'),
  atLeast('MAIL_RETENTION_HOURS', 24, 'operators look at the mails of a day'),
  {
    names: ['LOG_RETENTION_HOURS', 'DELIVERY_RETENTION_HOURS', 'SHORT_RETENTION'],
    fault: ({ LOG_RETENTION_HOURS, DELIVERY_RETENTION_HOURS, SHORT_RETENTION }: Settings) =>
      !SHORT_RETENTION &&
      LOG_RETENTION_HOURS < DELIVERY_RETENTION_HOURS &&
      `must be at least DELIVERY_RETENTION_HOURS (${DELIVERY_RETENTION_HOURS}): a delivery is repeated from the log`,
  },
  {
    names: ['SHORT_RETENTION', 'NODE_ENV'],
    fault: ({ SHORT_RETENTION, NODE_ENV }: Settings) =>
      SHORT_RETENTION && NODE_ENV === 'production' && 'must be false in production: it deletes what sagas may still need',
  },
  { names: ['HOST', 'AUTH', 'API_KEYS'], fault: (settings: Settings) => faultInAccess(settings) ?? false },
  {
    names: ['APPROVAL_WITHIN_MS', 'SAGA_FORWARD_DEADLINE_MS'],
    fault: ({ APPROVAL_WITHIN_MS, SAGA_FORWARD_DEADLINE_MS }: Settings) =>
      APPROVAL_WITHIN_MS + SAGA_FORWARD_DEADLINE_MS > MAX_FORWARD_MS &&
      `with SAGA_FORWARD_DEADLINE_MS must be at most ${MAX_FORWARD_MS} together: nothing is held for longer than ${MAX_HOLD_DAYS} days`,
  },
] satisfies { names: (keyof Settings)[]; fault: (settings: Settings) => string | false }[];

const schema = z.object(catalogue);
export type Settings = z.infer<typeof schema>;
export const settingNames = Object.keys(catalogue) as (keyof Settings)[];

/**
 * Reads the named settings from the environment and from `.env` (the environment wins). This is the only place that reads
 * `process.env`. Empty values count as absent, as compose files leave them.
 *
 * @throws InvalidSettingsError naming each setting that is wrong, what it was and what it should be.
 */
export function readSettings<Name extends keyof Settings>(...names: Name[]): Pick<Settings, Name> {
  return settingsIn(givenEnvironment(), ...names);
}

/** Reads the named settings from an environment. @throws as `readSettings` does. */
export function settingsIn<Name extends keyof Settings>(environment: Environment, ...names: Name[]): Pick<Settings, Name> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const mask = Object.fromEntries(names.map((name) => [name, true])) as Record<Name, true>;
  const parsed = schema.pick(mask as never).safeParse(given);
  if (!parsed.success) {
    throw new InvalidSettingsError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const faults = relations.flatMap(({ names: related, fault }) => {
    const message = related.every((name) => name in mask) && fault(parsed.data);
    return message ? [`${related[0]}: ${message}`] : [];
  });
  if (faults.length > 0) throw new InvalidSettingsError(faults);
  return parsed.data;
}

/** The environment of a process. */
export type Environment = Record<string, string>;

/**
 * Every variable of the environment and of `.env`, unchecked, to pass on to child processes. Leaves out empty values, and variables that
 * would change this process's own connections.
 */
export function givenEnvironment(): Environment {
  if (existsSync('.env')) loadEnvFile('.env');
  guardOwnConnections(process.env);
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** The same, with settings that outweigh it. */
export function environmentWith(given: Partial<Settings>): Environment {
  const text = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return { ...givenEnvironment(), ...Object.fromEntries(text) };
}
