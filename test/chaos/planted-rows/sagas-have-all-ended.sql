-- A saga goes on for ever.
update chaos.saga set temporal_status = 'RUNNING' where saga_id = (select saga_id from chaos.saga limit 1);
