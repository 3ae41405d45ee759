-- Every participant has this table.

-- Idempotency: one row for each command that has had its effect, or was refused. A repeat gets the stored answer.
create table command (
  key         text primary key,
  operation   text not null,
  fingerprint text not null,
  status      int not null,
  answer      json not null,
  created_at  timestamptz(6) not null default now()
);
-- Retention removes the oldest keys first.
create index command_created_at_idx on command (created_at);
