-- What a saga has undone, or was refused, it has not done after all.
select p.service, p.aggregate_id, p.command, p.saga_id, p.state, l.type
from chaos.operation p join events.log l on l.service = p.service and l.aggregate_id = p.aggregate_id and l.correlation_id = p.saga_id
where p.state in ('UNDONE', 'REFUSED') and l.type in ('order.revised', 'order.cancelled', 'order.paid', 'order.shipped', 'trip.cancelled', 'order.approved', 'trip.booked')
