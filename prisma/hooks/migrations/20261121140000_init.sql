-- Where events are sent to. The row is also the state of its breaker and of its rate, so that all workers share them.
create table endpoint (
  hook_id           uuid primary key default gen_random_uuid(),
  url               text not null,
  description       text,
  state             text not null check (state in ('pending', 'enabled', 'paused', 'disabled')),
  disabled_reason   text,
  -- As they were asked for: order.approved, order.*, order.approved@1 or *.
  types             text[] not null check (cardinality(types) > 0),
  -- What the fan-out matches by: exact types, and services of which all are wanted ('*' for every service).
  exact_types       text[] not null,
  services          text[] not null,
  -- The version that a type is rendered in, where the subscription pins one: {"order.approved": 1}.
  version_pins      jsonb not null default '{}',
  content_mode      text not null default 'structured' check (content_mode in ('structured', 'json')),
  ordered           boolean not null default true,
  max_in_flight     int not null default 10 check (max_in_flight between 1 and 100),
  rate_per_second   double precision check (rate_per_second > 0),
  timeout_ms        int not null default 15000,
  -- Events at later positions are delivered.
  start_position    bigint not null,
  -- GCRA: the theoretical arrival time of the next request that keeps to the rate.
  arrival_at        timestamptz(6),
  -- Failures in a row that speak for an endpoint which is down; they open the breaker.
  breaker_failures  int not null default 0,
  breaker_opened    int not null default 0,
  breaker_until     timestamptz(6),
  -- Nothing is sent before: the endpoint asked for it by 429 or Retry-After.
  throttled_until   timestamptz(6),
  -- Since the last success.
  failing_since     timestamptz(6),
  failures          int not null default 0,
  warned_percent    int not null default 0,
  trouble_told      boolean not null default false,
  exhausted_told_at timestamptz(6),
  last_error        text,
  last_success_at   timestamptz(6),
  last_claimed_at   timestamptz(6),
  -- Of the operational events about it.
  event_version     int not null default 0,
  -- Of the resource: grows with every change that somebody asked for.
  version           int not null default 1,
  created_at        timestamptz(6) not null,
  updated_at        timestamptz(6) not null,
  check ((state = 'disabled') = (disabled_reason is not null))
);
create index endpoint_created_at_idx on endpoint (created_at, hook_id);
create index endpoint_failing_since_idx on endpoint (failing_since) where failing_since is not null;

-- The newest signs first; older ones sign beside it until they expire.
create table endpoint_secret (
  secret_id  bigint generated always as identity primary key,
  hook_id    uuid not null references endpoint on delete cascade,
  -- AES-256-GCM under the key whose id it says; the hook's id is authenticated with it.
  key_id     text not null,
  ciphertext bytea not null,
  created_at timestamptz(6) not null,
  expires_at timestamptz(6)
);
create index endpoint_secret_hook_idx on endpoint_secret (hook_id, secret_id desc);

-- Fills the holes of an endpoint from the log, in bounded steps.
create table recovery (
  recovery_id   uuid primary key default gen_random_uuid(),
  hook_id       uuid not null references endpoint on delete cascade,
  -- Exclusive: how far it has come. It ends with `to_position`.
  position      bigint not null,
  to_position   bigint not null,
  exact_types   text[],
  services      text[],
  only_missing  boolean not null,
  state         text not null default 'running' check (state in ('running', 'done')),
  queued        int not null default 0,
  created_at    timestamptz(6) not null,
  finished_at   timestamptz(6)
);
create index recovery_running_idx on recovery (created_at) where state = 'running';
create index recovery_hook_idx on recovery (hook_id);

-- The queue of what is to be sent, and the record of what was. The body is rendered from the log when it is sent.
create table delivery (
  delivery_id     uuid primary key default gen_random_uuid(),
  hook_id         uuid not null references endpoint on delete cascade,
  event_id        uuid not null,
  -- Null for what is not in the log: tests and challenges, whose data stand here.
  position        bigint,
  data            text,
  type            text not null,
  type_version    smallint not null,
  -- Null where no order is kept: what somebody asked for by hand overtakes and holds nothing up.
  partition_key   text,
  state           text not null check (state in ('pending', 'sending', 'retrying', 'held', 'succeeded', 'exhausted', 'cancelled')),
  trigger         text not null check (trigger in ('auto', 'manual', 'recover', 'test', 'verify')),
  -- What asked for it again: one event is delivered to an endpoint once for each.
  batch_id        uuid,
  attempts        int not null default 0,
  next_attempt_at timestamptz(6) not null,
  lease_token     uuid,
  leased_until    timestamptz(6),
  worker          text,
  last_status     int,
  last_error      text,
  created_at      timestamptz(6) not null,
  finished_at     timestamptz(6),
  check ((position is null) = (data is not null)),
  check ((state = 'sending') = (lease_token is not null))
);
create unique index delivery_once_idx on delivery (hook_id, event_id, coalesce(batch_id, '00000000-0000-0000-0000-000000000000'));
create index delivery_due_idx on delivery (hook_id, next_attempt_at, position) where state in ('pending', 'retrying');
create index delivery_own_due_idx on delivery (hook_id, next_attempt_at)
  where state in ('pending', 'retrying') and trigger in ('test', 'verify');
create index delivery_leased_idx on delivery (leased_until) where state = 'sending';
create index delivery_sending_idx on delivery (hook_id) where state = 'sending';
create index delivery_order_idx on delivery (hook_id, partition_key, position) where state in ('pending', 'retrying', 'sending', 'held');
create index delivery_created_at_idx on delivery (hook_id, created_at, delivery_id);
create index delivery_state_idx on delivery (hook_id, state, created_at, delivery_id);
create index delivery_finished_at_idx on delivery (finished_at) where finished_at is not null;

create table attempt (
  delivery_id      uuid not null references delivery on delete cascade,
  number           int not null,
  started_at       timestamptz(6) not null,
  duration_ms      int not null,
  status           int,
  error            text,
  detail           text,
  request_headers  jsonb not null,
  response_headers jsonb,
  response_body    text,
  worker           text not null,
  primary key (delivery_id, number)
);

-- How far the fan-out has come in the log.
create table cursor (
  name       text primary key,
  position   bigint not null,
  updated_at timestamptz(6) not null default clock_timestamp()
);

-- The first answer to an Idempotency-Key. It may hold a secret, so it is encrypted.
create table command (
  key         text primary key,
  fingerprint text not null,
  key_id      text not null,
  answer      bytea not null,
  created_at  timestamptz(6) not null
);
create index command_created_at_idx on command (created_at);
