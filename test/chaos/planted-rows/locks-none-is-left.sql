-- An order is PENDING for ever, and everybody knows it.
insert into "order".orders (order_id, customer_id, state, lines, total, currency, operation_id, version, updated_at)
values ('planted', 'CUST-ALICE', 'PENDING', '[]', 0, 'EUR', 'planted', 1, now());
insert into projection.customer_order (generation, order_id, customer_id, state, lines, total, saga_id, created_at, updated_at)
select generation, 'planted', 'CUST-ALICE', 'PENDING', '[]', '{"amount": 0}', 'planted', now(), now() from projection.projection where name = 'customer-orders';
insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
values (gen_random_uuid(), 'order', 'order.placed', 1, 'order', 'planted', 1, 'planted', now(), '{}');
-- Every follower has received it.
insert into chaos.received (follower, number, occurrence_id, position, data)
select follower, (select max(number) + 1 from chaos.received), event_id, l.position, l.data::jsonb
from events.log l, (values ('hook'), ('reader')) f (follower) where l.position = (select max(position) from events.log);
