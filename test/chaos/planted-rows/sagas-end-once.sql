-- A saga has ended before it ended.
update events.log set type = 'saga.completed' where position = (select position from events.log where type = 'saga.started' limit 1);
