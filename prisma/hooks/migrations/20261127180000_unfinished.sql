-- The oldest event that is still needed, for log_reader. Its condition names no state: for a query by hook and state the planner would
-- otherwise read all unsent deliveries of all hooks.
drop index delivery_unsent_position_idx;
create index delivery_unfinished_position_idx on delivery (position) where finished_at is null;

create or replace view log_reader as
select name, position from cursor
union all
select 'recoveries', min(position) from recovery where state = 'running' having count(*) > 0
union all
select 'unsent deliveries', min(position) - 1 from delivery where finished_at is null having min(position) is not null;
