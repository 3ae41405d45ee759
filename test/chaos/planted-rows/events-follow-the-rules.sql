-- A trip was booked after its cancellation was decided.
update events.log set type = 'trip.cancellation-committed'
where position = (select position from events.log where type = 'trip.requested' and aggregate_id = (select trip_id from trip.trip where state = 'BOOKED' limit 1));
