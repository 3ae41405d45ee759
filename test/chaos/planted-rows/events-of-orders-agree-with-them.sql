-- A rejected order was published as approved. Its creation counts as confirmed, so that only the event is wrong.
with changed as (
  update events.log set type = 'order.approved' where position = (select position from events.log where type = 'order.rejected' and aggregate_version = 2 limit 1)
  returning aggregate_id)
update "order".operation set mark = 'CONFIRMED' where command = 'create' and aggregate_id in (select aggregate_id from changed);
