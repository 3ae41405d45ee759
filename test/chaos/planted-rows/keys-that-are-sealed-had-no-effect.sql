-- The key of an approval was sealed, and the order was approved all the same.
update "order".command set operation = 'seal' where key = (select causation_id from events.log where type = 'order.approved' limit 1);
