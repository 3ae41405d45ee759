-- An entry is older than the one before it.
update customer.ledger_entry set occurred_at = occurred_at - interval '1 year' where (customer_id, sequence) in (
  select customer_id, sequence from customer.ledger_entry where kind = 'RESERVED' limit 1);
