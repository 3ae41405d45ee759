-- A webhook is sent events of the log only, as they stand there.
select h.follower, h.number, h.occurrence_id, h.data, l.position, l.data as logged
from chaos.received h join chaos.hook k using (follower) left join events.log l on l.event_id = h.occurrence_id
where l.position is null or h.data <> l.data::jsonb or h.position <> l.position
