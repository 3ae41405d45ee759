-- A reservation is published as a change.
update events.log set type = 'customer.credit-changed' where position = (select position from events.log where type = 'customer.credit-reserved' limit 1);
