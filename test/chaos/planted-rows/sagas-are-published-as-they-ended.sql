-- A completed saga is registered and shown as compensated.
create temp table victim on commit drop as select saga_id from saga.saga where state = 'COMPLETED' limit 1;
update saga.saga set state = 'COMPENSATED' where saga_id = (select saga_id from victim);
update saga.ended_timeline set state = 'COMPENSATED' where saga_id = (select saga_id from victim);
update projection.saga set state = 'COMPENSATED' where saga_id = (select saga_id from victim);
