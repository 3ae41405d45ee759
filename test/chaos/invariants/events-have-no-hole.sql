-- The events of an aggregate are numbered from 1 without a hole.
select service, aggregate_type, aggregate_id, count(*) as events, min(aggregate_version) as first, max(aggregate_version) as last
from events.log group by service, aggregate_type, aggregate_id
having min(aggregate_version) <> 1 or max(aggregate_version) <> count(*)
