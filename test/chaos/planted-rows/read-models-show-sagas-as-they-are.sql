-- The read model has missed how a saga ended.
update projection.saga set state = 'RUNNING' where saga_id = (select saga_id from saga.saga limit 1);
