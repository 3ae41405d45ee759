-- A webhook was sent what never happened.
insert into chaos.received (follower, number, occurrence_id, position, data) values ('hook', 1000000, gen_random_uuid(), 1, '{}');
