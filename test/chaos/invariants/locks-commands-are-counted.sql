-- An order and a trip count every saga that has asked for a command on them, so that the next one gets a number of its own.
select l.service, l.id, l.command_count, asked.operations
from chaos.lock l, lateral (select count(*) as operations from chaos.operation o where o.service = l.service and o.aggregate_id = l.id and o.command not in ('create', 'approve')) asked
where l.command_count <> asked.operations
