-- A fact has not left its service.
insert into customer.outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
values (gen_random_uuid(), 'customer.registered', 1, 'customer', 'planted', 1, 'planted', now(), '{}');
