-- Who reads by cursor has read every event of the log, each once, in the order of the log.
select l.position, l.type, l.aggregate_id, count(h.number) as times
from events.log l left join chaos.received h on h.occurrence_id = l.event_id and h.follower = 'reader'
group by l.position, l.type, l.aggregate_id having count(h.number) <> 1
union all
select h.position, 'out of order', null, null from (
  select position, lag(position) over (order by number) as previous from chaos.received where follower = 'reader'
) h where h.position <= h.previous
