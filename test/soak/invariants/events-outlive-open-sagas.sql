-- No event of a saga was removed while the saga was open.
select g.position, g.type, g.aggregate_id, g.correlation_id, g.gone_at, s.ended_at
from soak.gone_log g join soak.saga s on s.saga_id = g.correlation_id
where s.ended_at is null or g.gone_at < s.ended_at
