-- A rejected order was published as approved.
update events.log set type = 'order.approved' where position = (select position from events.log where type = 'order.rejected' and aggregate_version = 2 limit 1);
