-- What a saga has done was never stored.
delete from saga.ended_timeline where saga_id = (select saga_id from saga.saga limit 1);
