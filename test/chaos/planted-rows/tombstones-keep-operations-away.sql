-- The saga that was undone has revised the order.
update events.log l set correlation_id = o.saga_id from chaos.operation o
where l.type = 'order.revised' and o.aggregate_id = l.aggregate_id and o.state = 'UNDONE';
