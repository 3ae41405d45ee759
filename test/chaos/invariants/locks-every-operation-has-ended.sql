-- Whatever was begun on an order or a trip was confirmed or undone.
select service, aggregate_id, command, saga_id, state from chaos.operation
where state in ('BEGUN', 'COMMITTED') and aggregate_id not in (select business_id from chaos.left_as_it_is)
