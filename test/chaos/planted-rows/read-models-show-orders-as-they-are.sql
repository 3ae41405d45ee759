-- The read model has missed that an order was paid.
update projection.customer_order set state = 'APPROVED' where order_id = (select order_id from "order".orders where state = 'PAID' limit 1);
