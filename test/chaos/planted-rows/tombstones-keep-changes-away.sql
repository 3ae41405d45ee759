-- A raise of credit has come through behind its restoration.
insert into customer.restored_change (change_id)
select correlation_id from events.log where type = 'customer.credit-changed' limit 1;
