-- A reader by cursor has got an event a second time.
insert into chaos.received (follower, number, occurrence_id, position, data)
select follower, 1000000, occurrence_id, position, data from chaos.received where follower = 'reader' limit 1;
