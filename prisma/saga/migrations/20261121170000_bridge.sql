-- What the bridge has to tell workflows: written with the inbox's row of the event, deleted when the workflow has been told.
create table bridge_signal (
  id              bigint generated always as identity primary key, -- in this order for each workflow
  occurrence_id   uuid not null,
  workflow_id     text not null,
  signal          text not null,
  argument        jsonb not null,
  start           jsonb,            -- how to start the workflow if there is none; null where only one that is there is told
  attempts        int not null default 0,
  next_attempt_at timestamptz(6) not null default clock_timestamp(), -- of one that is under way: when another may take it up
  last_error      text,
  created_at      timestamptz(6) not null default clock_timestamp(),
  unique (workflow_id, occurrence_id)
);
create index bridge_signal_due_idx on bridge_signal (next_attempt_at);
create index bridge_signal_workflow_idx on bridge_signal (workflow_id, id);
