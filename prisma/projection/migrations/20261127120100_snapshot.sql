-- Generation 0 of each read model is its snapshot: what the log up to this position makes of it. Retention removes no event that is not in
-- it, and a rebuild begins with a copy of it. So a read model can be had again from its snapshot and the log, no longer from the log alone.
alter table projection add column snapshot bigint not null default 0;
comment on column projection.building_since is 'Since when consumers write the generation that is being built; null while the snapshot is copied into it.';

-- inbox_mark has taken its place.
drop table projection_mark;

create or replace view log_reader as
select 'consumer ' || consumer as name, position from inbox_mark where holds_log
union all
select 'parked events of ' || m.consumer, 0 from inbox_mark m
where m.holds_log and exists (
  select from inbox_dead d where d.consumer = m.consumer and d.state = 'parked' and not exists (
    select from inbox_dead o where o.consumer = d.consumer and o.aggregate_key = d.aggregate_key and o.state = 'dead'))
union all
select 'snapshot of ' || name, snapshot from projection;
