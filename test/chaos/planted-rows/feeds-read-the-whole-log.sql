-- A reader by cursor has got an event a second time.
insert into chaos.heard (follower, number, occurrence_id, position, data)
select follower, 1000000, occurrence_id, position, data from chaos.heard where follower = 'reader' limit 1;
