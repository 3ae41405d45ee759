-- A participant has claimed a key and not kept what became of it.
insert into "order".command (key, operation, fingerprint, status, answer) values ('planted', 'createOrder', '', 0, 'null');
