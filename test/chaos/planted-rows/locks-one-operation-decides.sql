-- A cancellation was confirmed, and the order is not cancelled.
create temp table victim on commit drop as select order_id from "order".orders where state = 'APPROVED' limit 1;
insert into "order".operation (aggregate_id, command, operation_id, mark) select order_id, 'cancel', 'planted', 'CONFIRMED' from victim;
update "order".orders set command_count = command_count + 1 where order_id = (select order_id from victim);
