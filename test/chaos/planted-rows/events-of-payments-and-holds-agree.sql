-- A declined payment was published as authorized.
update events.log set type = 'payment.authorized' where position = (select position from events.log where type = 'payment.declined' limit 1);
