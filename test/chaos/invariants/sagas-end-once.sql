-- The end of a saga is published once, unless it was reset, or lost and settled, after it.
select saga_id, previous, type from (
  select aggregate_id as saga_id, type, lag(type) over (partition by aggregate_id order by aggregate_version) as previous
  from events.log where service = 'saga'
) published
where previous in ('saga.completed', 'saga.compensated', 'saga.incomplete', 'saga.failed', 'saga.terminated', 'saga.timed-out')
  and type not in ('saga.resumed', 'saga.needs-attention')
