-- A webhook has missed an event.
delete from chaos.received where follower = 'hook' and occurrence_id = (select event_id from events.log where type = 'order.placed' order by position desc limit 1);
