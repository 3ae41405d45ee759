-- No participant removed the key of a command while the saga of the command was open.
select g.participant, g.key, g.created_at, g.gone_at, s.ended_at
from soak.gone_command g join soak.saga s on s.saga_id = split_part(g.key, '/', 1)
where s.ended_at is null or g.gone_at < s.ended_at
