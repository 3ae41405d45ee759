-- The orders of a customer in the read model are those of the order service.
select coalesce(o.order_id, r.order_id) as order_id, o.state, r.state as shown, o.total, r.total as shown_total
from (select * from "order".orders where customer_id is not null) o
full join (
  select * from projection.customer_order where generation = (select generation from projection.projection where name = 'customer-orders')
) r using (order_id)
where o.order_id is null or r.order_id is null or o.customer_id <> r.customer_id or o.state <> r.state
   or o.total <> (r.total ->> 'amount')::bigint or o.lines <> r.lines::jsonb or o.operation_id <> r.saga_id
