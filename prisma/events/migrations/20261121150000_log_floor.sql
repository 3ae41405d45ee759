-- How far the log has been cut off: the last position that was removed, whoever removed it. Positions have gaps of their own, so the oldest
-- one that is left does not say whether a reader who stands before it has missed anything; this does.
create table log_floor (
  singleton boolean primary key default true check (singleton),
  position  bigint not null,
  -- The latest passed_at of what was removed; null while nothing was. A reader who asks for a later time has missed nothing.
  passed_at timestamptz(6)
);
insert into log_floor (position) values (0);

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
