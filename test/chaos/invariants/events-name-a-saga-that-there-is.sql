-- Whatever a saga has changed names it, and the saga is known.
select l.position, l.service, l.type, l.aggregate_id, l.correlation_id
from events.log l
where l.service not in ('saga', 'hooks') and l.correlation_id is not null
  and not exists (select from saga.saga s where s.saga_id = l.correlation_id)
  -- Its run was deleted, perhaps before anybody had looked.
  and not exists (select from chaos.deed d where d.saga_id = l.correlation_id and d.kind = 'forget')
