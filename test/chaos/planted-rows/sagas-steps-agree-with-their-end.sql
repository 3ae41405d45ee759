-- A completed saga has not done one of its steps.
update chaos.step set state = 'RUNNING' where (saga_id, position) in (
  select saga_id, position from chaos.step join chaos.saga s using (saga_id) where s.state = 'COMPLETED' limit 1);
