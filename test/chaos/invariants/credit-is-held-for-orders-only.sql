-- Credit is held for orders that there are, and with the customer whose they are.
select e.customer_id, e.sequence, e.order_id, e.kind, o.customer_id as customer
from customer.ledger_entry e left join "order".orders o using (order_id)
where e.order_id is not null and e.customer_id is distinct from o.customer_id
