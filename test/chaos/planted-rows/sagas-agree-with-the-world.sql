-- The saga of a rejected order is completed.
update chaos.saga set business_id = (select order_id from "order".orders where state = 'REJECTED' limit 1)
where saga_id = (select saga_id from chaos.saga where type = 'createOrder' and state = 'COMPLETED' limit 1);
