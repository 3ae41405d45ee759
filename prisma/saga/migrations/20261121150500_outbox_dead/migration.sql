-- Facts that the relay cannot put into the log, and those of the same aggregate that have to wait behind them, until an operator has
-- decided. The relay moves them here from the outbox, with their ids. Every service has this same file (test/house/outboxes.test.ts).
create table outbox_dead (
  id                bigint primary key,
  event_id          uuid not null,
  type              text not null,
  type_version      smallint not null,
  aggregate_type    text not null,
  aggregate_id      text not null,
  aggregate_version int not null,
  subject           text not null,
  occurred_at       timestamptz(6) not null,
  correlation_id    text,
  causation_id      text,
  traceparent       text,
  tracestate        text,
  data              text not null,
  created_at        timestamptz(6) not null,
  state             text not null check (state in ('dead', 'parked', 'skipped')), -- parked: goes on by itself once those before it are decided
  reason            text not null,
  error             text not null,
  attempts          int not null default 1,
  note              text, -- the operator's
  died_at           timestamptz(6) not null default clock_timestamp(),
  decided_at        timestamptz(6)
);
create index outbox_dead_aggregate_idx on outbox_dead (aggregate_type, aggregate_id);
create index outbox_dead_state_idx on outbox_dead (state, id);

-- Wakes the relay when a fact commits. It is a hint and no more: the relay also looks by itself, once a second at the least. NOTIFY makes
-- commits wait for each other, so a database with thousands of writes a second turns the trigger off: OUTBOX_NOTIFY=off.
create function outbox_hint() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_hint after insert on outbox for each statement execute function outbox_hint();
