-- Nobody can say any more what a saga has done.
delete from chaos.step where saga_id = (select saga_id from chaos.saga limit 1);
