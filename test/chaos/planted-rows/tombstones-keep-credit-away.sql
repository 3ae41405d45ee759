-- A reservation has come through behind its release.
insert into customer.released_order (order_id) select order_id from "order".orders where state = 'APPROVED' limit 1;
