-- The steps of every saga that has ended are stored, for when Temporal has forgotten it.
select s.saga_id, s.run_id, s.type, s.state
from saga.saga s left join saga.ended_timeline t using (saga_id, run_id)
where not s.open and (t.saga_id is null or not t.attached or t.state <> s.state)
  -- Its run was deleted, perhaps before anybody had asked.
  and not exists (select from chaos.deed d where d.saga_id = s.saga_id and d.kind = 'forget')
