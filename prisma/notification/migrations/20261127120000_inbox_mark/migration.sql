-- How far each consumer is done with the log. Every consuming service has this same file (test/house/inboxes.test.ts).
create table inbox_mark (
  consumer  text primary key,
  -- Every event up to here that the consumer wants is settled: applied, overtaken, or a dead letter.
  position  bigint not null,
  -- The inbox keeps no rows up to here. An event at or below it is a duplicate by its position alone, whichever channel brings it again.
  cleared   bigint not null default 0,
  -- Whether retention keeps the log for this consumer. An operator turns it off for a consumer that will not run again; a start turns it on.
  holds_log boolean not null default true,
  check (cleared <= position)
);

-- Who still reads the log, and after which position. The relay removes nothing that one of them has before it.
create view log_reader as
select 'consumer ' || consumer as name, position from inbox_mark where holds_log
union all
-- A parked event waits for earlier ones, which only the log may have. Behind a dead letter it waits for a decision instead.
select 'parked events of ' || m.consumer, 0 from inbox_mark m
where m.holds_log and exists (
  select from inbox_dead d where d.consumer = m.consumer and d.state = 'parked' and not exists (
    select from inbox_dead o where o.consumer = d.consumer and o.aggregate_key = d.aggregate_key and o.state = 'dead'));
