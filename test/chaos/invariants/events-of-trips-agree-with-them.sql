-- A trip is in the state that its events lead to.
with published as (
  -- A reminder changes no state, and neither does what came to nothing before it had begun.
  select * from events.log l
  where service = 'trip' and type <> 'trip.approval-reminded' and (type <> 'trip.cancellation-undone' or exists (
    select from events.log b where b.service = 'trip' and b.aggregate_id = l.aggregate_id and b.aggregate_version < l.aggregate_version
      and b.type = 'trip.cancellation-begun' and b.data::json ->> 'sagaId' = l.data::json ->> 'sagaId'))
), last as (
  select distinct on (aggregate_id) aggregate_id, type from published order by aggregate_id, aggregate_version desc
)
select t.trip_id, t.state, last.type
from trip.trip t join last on last.aggregate_id = t.trip_id
where t.state is distinct from case last.type
  when 'trip.requested' then 'PENDING' when 'trip.approval-requested' then 'AWAITING_APPROVAL' when 'trip.approval-withdrawn' then 'PENDING' when 'trip.approval-given' then 'PENDING'
  when 'trip.booked' then 'BOOKED' when 'trip.failed' then 'FAILED' when 'trip.cancellation-begun' then 'CANCELLING'
  when 'trip.cancellation-undone' then 'BOOKED' when 'trip.cancellation-committed' then 'CANCELLING' when 'trip.cancelled' then 'CANCELLED' end
