-- The key of one step has caused the event of another one, too.
update events.log l set causation_id = b.causation_id from events.log b
where l.type = 'order.approved' and b.aggregate_id = l.aggregate_id and b.type = 'order.placed' and l.aggregate_id = (select order_id from "order".orders where state = 'APPROVED' limit 1);
