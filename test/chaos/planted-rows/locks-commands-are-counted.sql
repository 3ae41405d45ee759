-- A saga was counted that has left no trace.
update "order".orders set command_count = command_count + 1 where order_id = (select order_id from "order".orders limit 1);
