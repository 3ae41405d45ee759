-- The endpoints that events are sent to. The row also has the state of the breaker and of the rate, so that all workers share them.
create table endpoint (
  hook_id           uuid primary key default gen_random_uuid(),
  url               text not null,
  description       text,
  state             text not null check (state in ('pending', 'enabled', 'paused', 'disabled')),
  disabled_reason   text,
  -- As they were requested: order.approved, order.*, order.approved@1 or *.
  types             text[] not null check (cardinality(types) > 0),
  -- What the fan-out matches by: exact types, and services whose events are all wanted ('*' for every service).
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
  -- Failures in a row that indicate an outage of the endpoint. They open the breaker.
  breaker_failures  int not null default 0,
  breaker_opened    int not null default 0,
  breaker_until     timestamptz(6),
  -- Nothing is sent before: the endpoint asked for it by 429 or Retry-After.
  throttled_until   timestamptz(6),
  -- Since the last success.
  failing_since     timestamptz(6),
  failures          int not null default 0,
  warned_percent    int not null default 0,
  failure_notified  boolean not null default false,
  exhausted_notified_at timestamptz(6),
  last_error        text,
  last_success_at   timestamptz(6),
  last_claimed_at   timestamptz(6),
  -- Of the operational events about the endpoint.
  event_version     int not null default 0,
  -- Of the resource: grows with every requested change.
  version           int not null default 1,
  created_at        timestamptz(6) not null,
  updated_at        timestamptz(6) not null,
  -- Whether the URL has to prove, by the echo of a challenge, that it wants events: 'needed' since the URL was set, 'given' for this URL.
  proof             text not null default 'none' check (proof in ('none', 'needed', 'given')),
  -- The state to return to, while a change of the URL is pending. Events are held meanwhile, which a new hook does not request.
  resume_state      text check (resume_state in ('enabled', 'paused')),
  -- The caller that made it. The limit of hooks is per owner.
  owner             text not null default '',
  -- Deliveries up to this position of the log may have been removed, so it is unknown which of them succeeded.
  trimmed_position  bigint not null default 0,
  check ((state = 'disabled') = (disabled_reason is not null))
);
create index endpoint_created_at_idx on endpoint (created_at, hook_id);
create index endpoint_failing_since_idx on endpoint (failing_since) where failing_since is not null;
create index endpoint_owner_idx on endpoint (owner);

-- The newest secret signs. Older ones sign as well until they expire.
create table endpoint_secret (
  secret_id  bigint generated always as identity primary key,
  hook_id    uuid not null references endpoint on delete cascade,
  -- AES-256-GCM under the key of this id. The hook's id is authenticated with it.
  key_id     text not null,
  ciphertext bytea not null,
  created_at timestamptz(6) not null,
  expires_at timestamptz(6)
);
create index endpoint_secret_hook_idx on endpoint_secret (hook_id, secret_id desc);
-- The secrets that are still encrypted with an old key.
create index endpoint_secret_key_idx on endpoint_secret (key_id, secret_id);

-- A recovery queues what an endpoint missed, from the log, in bounded steps.
create table recovery (
  recovery_id   uuid primary key default gen_random_uuid(),
  hook_id       uuid not null references endpoint on delete cascade,
  -- Exclusive: how far it has read. It ends with `to_position`.
  position      bigint not null,
  to_position   bigint not null,
  exact_types   text[],
  services      text[],
  only_missing  boolean not null,
  -- expired: it can no longer be known what the recovery was to leave out.
  state         text not null default 'running' check (state in ('running', 'done', 'expired')),
  queued        int not null default 0,
  created_at    timestamptz(6) not null,
  finished_at   timestamptz(6)
);
create index recovery_running_idx on recovery (created_at) where state = 'running';
create index recovery_hook_idx on recovery (hook_id);
-- Retention removes the oldest recoveries first.
create index recovery_finished_at_idx on recovery (finished_at) where finished_at is not null;

-- The queue of deliveries to send, and the record of sent ones. The body is rendered from the log when it is sent.
create table delivery (
  delivery_id     uuid primary key default gen_random_uuid(),
  hook_id         uuid not null references endpoint on delete cascade,
  event_id        uuid not null,
  -- Null for tests and challenges, which are not in the log. They have their data here.
  position        bigint,
  data            text,
  type            text not null,
  type_version    smallint not null,
  -- Null where no order is kept: a delivery that was requested by hand overtakes others and blocks none.
  partition_key   text,
  state           text not null check (state in ('pending', 'sending', 'retrying', 'held', 'succeeded', 'exhausted', 'cancelled')),
  trigger         text not null check (trigger in ('auto', 'manual', 'recover', 'test', 'verify')),
  -- The request to deliver the event again. An event is delivered to an endpoint once per request.
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
-- Retention removes the oldest deliveries first.
create index delivery_finished_at_idx on delivery (finished_at) where finished_at is not null;
-- The deliveries of one event.
create index delivery_event_idx on delivery (event_id, created_at, delivery_id);
-- The oldest event that is still needed, for log_reader. Its condition names no state: for a query by hook and state the planner would
-- otherwise read all unsent deliveries of all hooks.
create index delivery_unfinished_position_idx on delivery (position) where finished_at is null;

-- Runs at every removal of deliveries: a recovery must not take a delivery that succeeded for a missing one. It names the schema, so that it
-- works with any search path.
create function raise_trimmed_position() returns trigger language plpgsql as $$
begin
  update hooks.endpoint e set trimmed_position = trimmed.position
  from (select hook_id, max(position) as position from removed where state = 'succeeded' group by hook_id) trimmed
  where e.hook_id = trimmed.hook_id and e.trimmed_position < trimmed.position;
  return null;
end $$;
create trigger delivery_trimmed after delete on delivery referencing old table as removed
  for each statement execute function raise_trimmed_position();

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

-- How far the fan-out has read the log.
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
-- Retention removes the oldest keys first.
create index command_created_at_idx on command (created_at);
-- The answers that are still encrypted with an old key.
create index command_key_id_idx on command (key_id, key);

-- The readers that still need the log, and after which position. The relay removes no event that one of them has not read. The body of a
-- delivery is rendered from the log when it is sent, so each unsent delivery keeps its event.
create view log_reader as
select name, position from cursor
union all
select 'recoveries', min(position) from recovery where state = 'running' having count(*) > 0
union all
select 'unsent deliveries', min(position) - 1 from delivery where finished_at is null having min(position) is not null;
