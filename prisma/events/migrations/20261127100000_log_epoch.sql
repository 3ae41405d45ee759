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

-- Begins a new epoch. The relay does so by itself where it can tell; call it after a copy of the data directory was put back.
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
