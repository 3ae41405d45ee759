-- The credit of a cancelled order was changed after its release, by nothing, and that was published.
create temp table victim on commit drop as
  select e.customer_id, e.order_id, last.sequence + 1 as sequence, last.occurred_at + interval '1 second' as occurred_at,
         (select sum(amount) from customer.ledger_entry h where h.customer_id = e.customer_id and h.kind in ('RESERVED', 'CHANGED', 'RELEASED')) as held
  from customer.ledger_entry e join lateral (
    select sequence, occurred_at from customer.ledger_entry l where l.customer_id = e.customer_id order by sequence desc limit 1
  ) last on true
  where e.kind = 'RELEASED' limit 1;
insert into customer.ledger_entry (customer_id, sequence, kind, amount, currency, order_id, occurred_at)
select customer_id, sequence, 'CHANGED', 0, 'EUR', order_id, occurred_at from victim;
insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
select gen_random_uuid(), 'customer', 'customer.credit-changed', 1, 'customer', customer_id, sequence + 1, customer_id, now(),
       json_build_object('reserved', json_build_object('amount', held)) from victim;
-- Every follower has received it.
insert into chaos.received (follower, number, occurrence_id, position, data)
select follower, (select max(number) + 1 from chaos.received), event_id, l.position, l.data::jsonb
from events.log l, (values ('hook'), ('reader')) f (follower) where l.position = (select max(position) from events.log);
