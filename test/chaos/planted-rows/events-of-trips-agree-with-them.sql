-- A failed trip was published as booked.
update events.log set type = 'trip.booked' where position = (select position from events.log where type = 'trip.failed' and aggregate_version = 2 limit 1);
