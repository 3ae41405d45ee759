-- The credit of an approved order is held in the name of a rejected one of the same customer.
create temp table victim on commit drop as
  select o.order_id, r.order_id as rejected from "order".orders o join "order".orders r using (customer_id)
  where o.state = 'APPROVED' and r.state = 'REJECTED' and r.order_id not in (select order_id from customer.ledger_entry where order_id is not null)
    and r.order_id not in (select order_id from customer.released_order) limit 1;
update customer.ledger_entry set order_id = (select rejected from victim) where order_id = (select order_id from victim);
