-- When the saga's first run began. The keys of all of its runs were made later.
alter table saga add column started_at timestamptz(3);
update saga set started_at = run_started_at;
alter table saga alter column started_at set not null;

-- For the floor of what participants keep: the oldest saga that may go on, and those of more than a day that have ended lately.
create index saga_unended_idx on saga (started_at) where open or lost is not null;
create index saga_long_idx on saga (ended_at) include (started_at) where ended_at - started_at > interval '24 hours';

-- For the trimming: the oldest ones first. What an operator has skipped still stands, so an INCOMPLETE saga stays.
create index saga_trimmable_idx on saga (updated_at)
  where not open and lost is null and steps_due_at is null and state in ('COMPLETED', 'COMPENSATED');
create index ended_timeline_recorded_at_idx on ended_timeline (recorded_at);

-- The last version of sagas whose row was trimmed. Should a saga of that id run again, its events go on behind it.
create table saga_head (
  saga_id text primary key,
  version int not null
);
