-- A consumer has an event that it cannot apply.
insert into projection.inbox_dead (consumer, occurrence_id, position, type, aggregate_key, aggregate_version, event, state)
values ('planted', gen_random_uuid(), 1, 'order.placed', 'order/order/planted', 1, '{}', 'dead');
