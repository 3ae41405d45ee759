-- Once the credit of an order is released, nothing is reserved for it any more.
select e.order_id, e.customer_id, e.sequence, e.kind from customer.ledger_entry e
where exists (select from customer.ledger_entry r where r.order_id = e.order_id and r.kind = 'RELEASED' and r.sequence < e.sequence)
