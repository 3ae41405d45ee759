-- The second event of a customer stands before the first one, for readers of the log.
create temp table swapped on commit drop as
  select event_id, position, lead(position) over w as next, lag(position) over w as previous
  from events.log where aggregate_id = 'CUST-ALICE' and aggregate_version <= 2 window w as (order by aggregate_version);
alter table events.log alter column position drop identity;
update events.log l set position = -l.position from swapped s where s.event_id = l.event_id;
update events.log l set position = coalesce(s.next, s.previous) from swapped s where s.event_id = l.event_id;
update chaos.received h set position = coalesce(s.next, s.previous),
  number = case h.follower when 'reader' then (select o.number from chaos.received o where o.follower = 'reader' and o.position = coalesce(s.next, s.previous)) else h.number end
from swapped s where s.event_id = h.occurrence_id;
