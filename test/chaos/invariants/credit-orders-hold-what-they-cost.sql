-- An approved order holds its total of the customer's credit; any other order holds none.
select o.order_id, o.state, o.total, held.amount as held
from "order".orders o, lateral (
  select coalesce(sum(amount), 0) as amount from customer.ledger_entry where order_id = o.order_id
) held
where held.amount <> case when o.state = 'APPROVED' then o.total else 0 end and o.order_id not in (select business_id from chaos.left_as_it_is)
