-- Every command that was accepted is a saga that is known, and it has ended.
select s.route, s.key, s.saga_id, r.state
from (select distinct route, key, saga_id from chaos.sent where saga_id is not null) s left join saga.saga r using (saga_id)
where (r.saga_id is null or r.open)
  -- Its run was deleted, perhaps before anybody had looked.
  and not (r.saga_id is null and exists (select from chaos.deed d where d.saga_id = s.saga_id and d.kind = 'forget'))
