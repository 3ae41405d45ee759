-- The one log of every fact, in the order in which it became readable. Only the relay writes it, one relay at a time, so whoever
-- has read up to a position has seen everything up to it. Positions may have gaps (a rollback), never inversions.
-- An aggregate is a service's own: hotel and flight each have their reservation of a trip.
create table log (
  position          bigint generated always as identity primary key,
  event_id          uuid not null unique,
  service           text not null,
  type              text not null,
  type_version      smallint not null,
  aggregate_type    text not null,
  aggregate_id      text not null,
  aggregate_version int not null,
  subject           text not null,
  occurred_at       timestamptz(6) not null,
  recorded_at       timestamptz(6) not null default clock_timestamp(),
  -- The latest recorded_at up to this row. The clock may be set back; this time never goes back, so an index finds where a time begins.
  passed_at         timestamptz(6) not null default clock_timestamp(),
  correlation_id    text,
  causation_id      text,
  traceparent       text,
  tracestate        text,
  data              text not null constraint log_data_is_json check (data::json is not null), -- text, as json and jsonb would not keep it byte by byte
  unique (service, aggregate_type, aggregate_id, aggregate_version)
);
create index log_type_position_idx on log (type, position);
create index log_subject_position_idx on log (subject, position);
create index log_passed_at_idx on log (passed_at, position);

-- Versions of aggregates that the log will never have, as an operator has decided: whoever needs the versions without a hole goes on behind them.
create table log_gap (
  service        text not null,
  aggregate_type text not null,
  aggregate_id   text not null,
  first_version  int not null,
  last_version   int not null check (last_version >= first_version),
  decided_at     timestamptz(6) not null default clock_timestamp(),
  primary key (service, aggregate_type, aggregate_id, first_version)
);

-- How far each follower of the log has come. Moves by compare-and-set, in the transaction of the follower's own writes where it has any.
create table cursor (
  name        text primary key,
  position    bigint not null,
  updated_at  timestamptz(6) not null default clock_timestamp()
);
