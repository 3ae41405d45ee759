-- A command was accepted, and nothing came of it.
insert into chaos.sent (life, request, route, key, sending, status, saga_id) values ('planted', 0, 'orders', 'planted', 'first', 202, 'nobody');
