-- An order has changed once more than was published.
update "order".orders set version = version + 1 where order_id = (select order_id from "order".orders limit 1);
