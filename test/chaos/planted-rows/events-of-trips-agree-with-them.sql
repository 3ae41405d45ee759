-- A failed trip was published as booked. Its creation counts as confirmed, so that only the event is wrong.
with changed as (
  update events.log set type = 'trip.booked' where position = (select position from events.log where type = 'trip.failed' and aggregate_version = 2 limit 1)
  returning aggregate_id)
update trip.operation set mark = 'CONFIRMED' where command = 'create' and aggregate_id in (select aggregate_id from changed);
