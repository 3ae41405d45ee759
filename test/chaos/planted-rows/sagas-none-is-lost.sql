-- A saga is known as lost, and nobody has settled it.
update saga.saga set lost = 'LOST' where saga_id = (select saga_id from saga.saga limit 1);
