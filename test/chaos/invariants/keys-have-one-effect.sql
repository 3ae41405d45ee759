-- No order and no trip is there that nobody has asked for.
select made.route, made.id
from (
  select 'orders' as route, order_id as id, customer_id from "order".orders
  union all select 'trips', trip_id, customer_id from trip.trip
) made
where made.customer_id like 'CHAOS-%' and made.customer_id <> 'CHAOS-RICH' -- whose orders have measured the machine
  and not exists (select from chaos.sent s where s.resource_id = made.id and s.status between 200 and 299)
  -- A key whose requests have never been answered may have made it.
  and not exists (select key from chaos.sent s where s.route = made.route group by key having count(*) filter (where status < 500) = 0)
