-- What was cancelled, paid or shipped was so by one operation that was confirmed, and nothing else was confirmed of that kind.
select l.service, l.id, l.state, wanted.command, wanted.is_so, confirmed.operations
from chaos.lock l
join (values ('order', 'cancel', array['CANCELLED']), ('order', 'pay', array['PAID', 'SHIPPED']), ('order', 'ship', array['SHIPPED']), ('trip', 'cancel', array['CANCELLED']))
  kind (service, command, states) using (service),
lateral (select kind.command, (l.state = any(kind.states))::int as is_so) wanted,
lateral (select count(*) as operations from chaos.operation o where o.service = l.service and o.aggregate_id = l.id and o.command = kind.command and o.state = 'CONFIRMED') confirmed
where confirmed.operations <> wanted.is_so and l.id not in (select business_id from chaos.left_as_it_is)
