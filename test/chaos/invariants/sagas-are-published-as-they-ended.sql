-- The last event of a saga names the state that the register and the API have.
select s.saga_id, s.state, s.open, last.state as published, c.state as shown
from saga.saga s
join lateral (
  select data::json ->> 'state' as state from events.log where service = 'saga' and aggregate_id = s.saga_id order by aggregate_version desc limit 1
) last on true
left join chaos.saga c using (saga_id)
where last.state <> s.state or c.state is not null and c.state <> s.state
