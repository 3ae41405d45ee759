-- A saga was ended by force, and nobody has settled it.
update chaos.saga set temporal_status = 'TERMINATED' where saga_id = (select saga_id from chaos.saga limit 1);
