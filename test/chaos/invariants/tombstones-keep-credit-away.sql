-- An order that was released before it had reserved anything never reserves.
select r.order_id, e.customer_id, e.sequence, e.kind from customer.released_order r join customer.ledger_entry e using (order_id)
