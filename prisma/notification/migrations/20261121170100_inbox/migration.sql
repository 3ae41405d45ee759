-- What the consumers of this service have received, so that each fact has its effect once however often and in whatever order it comes.
-- Every consuming service has this same file (test/house/inboxes.test.ts).
create table inbox (
  consumer          text not null,
  occurrence_id     uuid not null,
  position          bigint not null,
  aggregate_key     text not null, -- <service>/<aggregate type>/<aggregate id>
  aggregate_version int not null,
  received_at       timestamptz(6) not null default clock_timestamp(),
  processed_at      timestamptz(6) default clock_timestamp(), -- null while it is held in inbox_dead
  primary key (consumer, occurrence_id)
);
create index inbox_position_idx on inbox (consumer, position);

-- The last version of each aggregate that a consumer is done with. Whoever applies an event holds the lock of its row.
create table inbox_head (
  consumer      text not null,
  aggregate_key text not null,
  last_version  int not null,
  primary key (consumer, aggregate_key)
);

-- Where consumers began that did not begin at the beginning: what stands in the log up to there is none of their business.
create table inbox_start (
  consumer text primary key,
  position bigint not null
);

-- Events that could not be applied yet, or at all.
create table inbox_dead (
  id                bigint generated always as identity primary key,
  consumer          text not null,
  occurrence_id     uuid not null,
  position          bigint not null,
  type              text not null,
  aggregate_key     text not null,
  aggregate_version int not null,
  event             text not null, -- as it came, to be applied later
  -- failing: the channel brings it again; parked: waits for those before it; dead: needs a decision; skipped: has had one
  state             text not null check (state in ('failing', 'parked', 'dead', 'skipped')),
  error             text,
  attempts          int not null default 0,
  next_at           timestamptz(6), -- of a parked one: when to look after it
  note              text,           -- the operator's
  held_at           timestamptz(6) not null default clock_timestamp(),
  decided_at        timestamptz(6),
  unique (consumer, occurrence_id)
);
create index inbox_dead_aggregate_idx on inbox_dead (consumer, aggregate_key, aggregate_version);
create index inbox_dead_state_idx on inbox_dead (consumer, state, id);
create index inbox_dead_due_idx on inbox_dead (consumer, next_at) where state = 'parked';
