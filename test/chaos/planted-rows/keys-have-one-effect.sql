-- An order is there whose key nobody has sent.
delete from chaos.sent where resource_id = (select order_id from "order".orders where customer_id like 'CHAOS-%' and customer_id <> 'CHAOS-RICH' limit 1);
