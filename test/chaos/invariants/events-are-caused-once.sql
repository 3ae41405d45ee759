-- One command of a saga has one effect on a thing: no key has caused two events about it.
select service, aggregate_type, aggregate_id, causation_id, count(*) as events, array_agg(type order by position) as types
from events.log where service not in ('saga', 'hooks') and causation_id is not null
group by service, aggregate_type, aggregate_id, causation_id having count(*) > 1
