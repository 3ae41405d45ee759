-- The event log: every event of every service, in the order in which it became readable. One relay at a time writes it, so a reader of a
-- position has seen every earlier event. Positions may have gaps (a rollback), never inversions.
-- An aggregate belongs to a service: hotel and flight each have their reservation of a trip.
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
  -- Text: json and jsonb would not keep it byte by byte.
  data              text not null constraint log_data_is_json check (data::json is not null),
  unique (service, aggregate_type, aggregate_id, aggregate_version)
);
create index log_type_position_idx on log (type, position);
create index log_subject_position_idx on log (subject, position);
create index log_passed_at_idx on log (passed_at, position);

-- Versions of aggregates that the log will never have, because an operator decided so. A consumer that needs every version continues
-- behind them.
create table log_gap (
  service        text not null,
  aggregate_type text not null,
  aggregate_id   text not null,
  first_version  int not null,
  last_version   int not null check (last_version >= first_version),
  decided_at     timestamptz(6) not null default clock_timestamp(),
  primary key (service, aggregate_type, aggregate_id, first_version)
);

-- The last version of each aggregate that retention has removed from the log, or that an operator has skipped and retention has removed from
-- the dead events. The relay and consumers continue behind it. It stays: one row per aggregate, as business records stay.
create table log_head (
  service        text not null,
  aggregate_type text not null,
  aggregate_id   text not null,
  last_version   int not null,
  primary key (service, aggregate_type, aggregate_id)
);

-- How far each follower has read the log. A follower moves its row by compare-and-set, in the transaction of its own writes if it has any.
create table cursor (
  name        text primary key,
  position    bigint not null,
  updated_at  timestamptz(6) not null default clock_timestamp()
);

-- The last position that was removed from the log, whatever removed it. Positions have gaps of their own, so the oldest position that is
-- left does not show whether a reader has missed events. The floor does.
create table log_floor (
  singleton boolean primary key default true check (singleton),
  position  bigint not null,
  -- The latest passed_at of the removed events; null while none was removed. A reader that asks for a later time has missed none.
  passed_at timestamptz(6)
);
insert into log_floor (position) values (0);

-- Other roles run the functions below with another search path, so they name the schema.
create function raise_log_floor() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    update events.log_floor f set position = greatest(f.position, cut.position), passed_at = greatest(f.passed_at, cut.passed_at)
    from (select max(position) as position, max(passed_at) as passed_at from events.log) cut;
  else
    update events.log_floor f set position = greatest(f.position, cut.position), passed_at = greatest(f.passed_at, cut.passed_at)
    from (select max(position) as position, max(passed_at) as passed_at from removed) cut;
  end if;
  return null;
end
$$;
create trigger log_cut after delete on log referencing old table as removed for each statement execute function raise_log_floor();
create trigger log_emptied before truncate on log for each statement execute function raise_log_floor();

-- The epochs of the log. A restore begins a new one: positions after `begins_after` may then have been given twice, to other events.
-- A cursor names its epoch. So a reader that has read events which the restore undid gets an answer that says so.
create table log_epoch (
  number       int generated always as identity primary key,
  epoch        text not null unique check (epoch ~ '^[0-9a-f]{12}$'),
  -- The last position of the log when the epoch began: up to there all epochs have the same events.
  begins_after bigint not null,
  incarnation  text not null,
  begun_at     timestamptz(6) not null default clock_timestamp()
);

-- What differs after a restore: the server, its timeline (recovery to a point in time, fail-over), the database, the table.
-- A value that a hosted server does not show is left out. An epoch too many does no harm.
create function log_incarnation() returns text language plpgsql as $$
declare
  system text;
  timeline text;
begin
  begin
    system := (select system_identifier::text from pg_control_system());
  exception when others then system := '';
  end;
  begin
    timeline := left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
  exception when others then timeline := '';
  end;
  return concat_ws('/', system, timeline, (select oid from pg_database where datname = current_database()), 'events.log'::regclass::oid);
end
$$;

-- Begins a new epoch. The relay does so by itself where it detects a restore. Call it after you put back a copy of the data directory.
create function begin_epoch() returns void language sql as $$
  insert into events.log_epoch (epoch, begins_after, incarnation)
  select left(replace(gen_random_uuid()::text, '-', ''), 12),
         greatest((select position from events.log_floor), (select max(position) from events.log), 0), events.log_incarnation()
$$;

-- The holder of the log's lock calls it before it writes.
create function begin_epoch_after_restore() returns void language plpgsql as $$
begin
  if (select incarnation from events.log_epoch order by number desc limit 1) is distinct from events.log_incarnation() then
    perform events.begin_epoch();
  end if;
end
$$;

select begin_epoch();
