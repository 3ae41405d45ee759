-- Who still reads the log, and after which position. The relay removes nothing that one of them has before it. The body of a delivery is
-- rendered from the log when it is sent, so each delivery that may still be sent keeps its event.
create index delivery_unsent_position_idx on delivery (position) where state in ('pending', 'sending', 'retrying', 'held');

create view log_reader as
select name, position from cursor
union all
select 'recoveries', min(position) from recovery where state = 'running' having count(*) > 0
union all
select 'unsent deliveries', min(position) - 1 from delivery
where state in ('pending', 'sending', 'retrying', 'held') having min(position) is not null;
