-- What a cancelled order had reserved and released was nobody's.
update customer.ledger_entry set order_id = 'nobody' where order_id = (select order_id from "order".orders where state = 'CANCELLED' limit 1);
