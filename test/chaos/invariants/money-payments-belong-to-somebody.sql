-- Every payment is for an order or a trip that there is, and of the same customer.
select p.payment_id, p.order_id, p.trip_id, p.customer_id, coalesce(o.customer_id, t.customer_id) as customer
from payment.payment p left join "order".orders o using (order_id) left join trip.trip t using (trip_id)
where p.customer_id is not null and p.customer_id is distinct from coalesce(o.customer_id, t.customer_id)
