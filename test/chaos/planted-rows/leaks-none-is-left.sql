-- The sweep has found a payment that nobody claims.
insert into saga.leak (participant, kind, id, owner, owner_id, saga_id, held_since) values ('payment', 'payment', 'planted', 'trip', 'planted', 'planted', now());
