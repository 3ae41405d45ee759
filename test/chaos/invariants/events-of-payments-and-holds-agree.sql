-- A payment and a reservation are in the state that their last event names.
with last as (
  select distinct on (service, aggregate_type, aggregate_id) service, aggregate_type, aggregate_id, type
  from events.log order by service, aggregate_type, aggregate_id, aggregate_version desc
)
select a.service, a.id, a.state, last.type
from chaos.aggregate a join last on last.service = a.service and last.aggregate_type = a.type and last.aggregate_id = a.id
where a.type in ('payment', 'reservation') and last.type not like '%' || lower(a.state)
