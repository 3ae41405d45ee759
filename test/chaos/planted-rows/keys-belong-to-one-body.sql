-- Another body was accepted under a key that had been used.
insert into chaos.sent (life, request, route, key, sending, status) values ('planted', 0, 'orders', 'planted', 'other body', 202);
