-- A webhook that answers is sent every event at least once.
select k.follower, l.position, l.type, l.aggregate_id
from events.log l join chaos.hook k on true join hooks.endpoint e using (hook_id)
where l.position > e.start_position and not (l.service = 'hooks' and l.aggregate_id = k.hook_id::text)
  and not exists (select from chaos.received h where h.follower = k.follower and h.occurrence_id = l.event_id)
