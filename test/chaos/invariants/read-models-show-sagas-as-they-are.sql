-- The sagas in the read model are those of the register, in the same state.
select coalesce(s.saga_id, r.saga_id) as saga_id, s.state, r.state as shown, s.open, r.open as shown_open
from saga.saga s full join (
  select * from projection.saga where generation = (select generation from projection.projection where name = 'saga-list')
) r using (saga_id)
where s.saga_id is null or r.saga_id is null or s.state <> r.state or s.open <> r.open or s.run_id <> r.run_id
