-- Nothing was done under a key that was sealed.
select c.service, c.key, l.type, l.aggregate_id
from chaos.command c join events.log l on l.service = c.service and l.causation_id = c.key
where c.operation = 'seal'
