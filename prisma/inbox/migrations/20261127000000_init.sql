-- Every service that consumes events has these tables, so that an event has one effect per consumer, in whatever order events arrive.

-- The events that a consumer has received.
create table inbox (
  consumer          text not null,
  occurrence_id     uuid not null,
  position          bigint not null,
  -- <service>/<aggregate type>/<aggregate id>
  aggregate_key     text not null,
  aggregate_version int not null,
  received_at       timestamptz(6) not null default clock_timestamp(),
  -- Null while the event is in inbox_dead.
  processed_at      timestamptz(6) default clock_timestamp(),
  primary key (consumer, occurrence_id)
);
create index inbox_position_idx on inbox (consumer, position);

-- The last version of each aggregate that a consumer has settled. A consumer locks the row while it applies an event.
create table inbox_head (
  consumer      text not null,
  aggregate_key text not null,
  last_version  int not null,
  primary key (consumer, aggregate_key)
);

-- Consumers that did not begin at the start of the log. They skip events up to this position.
create table inbox_start (
  consumer text primary key,
  position bigint not null
);

-- Events that could not be applied yet, or cannot be applied.
create table inbox_dead (
  id                bigint generated always as identity primary key,
  consumer          text not null,
  occurrence_id     uuid not null,
  position          bigint not null,
  type              text not null,
  aggregate_key     text not null,
  aggregate_version int not null,
  -- As it was delivered, to be applied later.
  event             text not null,
  -- failing: the channel delivers it again; parked: waits for earlier versions; dead: needs a decision; skipped: was decided
  state             text not null check (state in ('failing', 'parked', 'dead', 'skipped')),
  error             text,
  attempts          int not null default 0,
  -- When to read the log for what a parked event waits for.
  next_at           timestamptz(6),
  -- The operator's.
  note              text,
  held_at           timestamptz(6) not null default clock_timestamp(),
  decided_at        timestamptz(6),
  unique (consumer, occurrence_id)
);
create index inbox_dead_aggregate_idx on inbox_dead (consumer, aggregate_key, aggregate_version);
create index inbox_dead_state_idx on inbox_dead (consumer, state, id);
create index inbox_dead_due_idx on inbox_dead (consumer, next_at) where state = 'parked';
-- For the upkeep, which removes decisions about events that the log has no longer: the oldest ones first.
create index inbox_dead_skipped_idx on inbox_dead (consumer, position) where state = 'skipped';

-- How far each consumer has settled the log. Retention reads it.
create table inbox_mark (
  consumer  text primary key,
  -- Every event up to here that the consumer wants is settled: applied, superseded, or a dead letter.
  position  bigint not null,
  -- The inbox keeps no rows up to here. An event at or below it is a duplicate by its position alone, whichever channel delivers it again.
  cleared   bigint not null default 0,
  -- Whether retention keeps the log for this consumer. An operator turns it off for a consumer that will not run again; a start turns it on.
  holds_log boolean not null default true,
  check (cleared <= position)
);

-- The consumers that still need the log, and after which position.
create view inbox_reader as
select 'consumer ' || consumer as name, position from inbox_mark where holds_log
union all
-- A parked event waits for earlier ones, which only the log may have. Behind a dead letter it waits for a decision instead.
select 'parked events of ' || m.consumer, 0 from inbox_mark m
where m.holds_log and exists (
  select from inbox_dead d where d.consumer = m.consumer and d.state = 'parked' and not exists (
    select from inbox_dead o where o.consumer = d.consumer and o.aggregate_key = d.aggregate_key and o.state = 'dead'));

-- All readers of this schema. The relay removes no event that one of them has not read. A service with other readers replaces the view.
create view log_reader as select name, position from inbox_reader;
