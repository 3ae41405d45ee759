-- A raise of credit has come through behind its restoration.
insert into customer.restored_change (order_id, change_id)
select order_id, change_id from customer.ledger_entry where change_id is not null and amount > 0 limit 1;
