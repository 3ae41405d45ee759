-- An account was opened with a limit of one cent.
update customer.ledger_entry set amount = 1 where kind = 'OPENED' and customer_id = (
  select customer_id from customer.ledger_entry where kind = 'RESERVED' and customer_id not in (select customer_id from customer.ledger_snapshot) limit 1);
