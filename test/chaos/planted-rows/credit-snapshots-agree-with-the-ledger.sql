-- A snapshot knows of a cent that no entry has reserved.
insert into customer.ledger_snapshot (customer_id, sequence, currency, credit_limit, reserved, blocked, occurred_at)
select customer_id, sequence, currency, amount, 1, false, occurred_at from customer.ledger_entry where kind = 'OPENED' limit 1;
