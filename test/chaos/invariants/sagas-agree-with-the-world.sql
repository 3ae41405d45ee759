-- What a saga has come to is what has become of its order or trip.
select s.saga_id, s.type, s.state, coalesce(o.state, t.state) as now, p.state as operation
from chaos.saga s
left join "order".orders o on o.order_id = s.business_id
left join trip.trip t on t.trip_id = s.business_id
left join chaos.operation p on p.aggregate_id = s.business_id and p.saga_id = s.saga_id
where s.state in ('COMPLETED', 'COMPENSATED') and s.business_id not in (select business_id from chaos.left_as_it_is) and not case
  when s.type = 'createOrder' and s.state = 'COMPLETED' then o.state is not null and o.state not in ('PENDING', 'REJECTED')
  when s.type = 'createOrder' then coalesce(o.state, 'REJECTED') = 'REJECTED'
  when s.type = 'bookTrip' and s.state = 'COMPLETED' then t.state is not null and t.state not in ('PENDING', 'AWAITING_APPROVAL', 'FAILED')
  when s.type = 'bookTrip' then coalesce(t.state, 'FAILED') = 'FAILED'
  else (s.state = 'COMPLETED') = (coalesce(p.state, 'UNDONE') = 'CONFIRMED') end
