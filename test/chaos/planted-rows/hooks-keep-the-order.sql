-- A webhook was sent the second event of an order before the first one.
create temp table swapped on commit drop as
  select h.occurrence_id, lead(number) over w as next, lag(number) over w as previous
  from chaos.received h join events.log l on l.event_id = h.occurrence_id
  where follower = 'hook' and aggregate_version <= 2 and service = 'order' and aggregate_id = (select order_id from "order".orders where state = 'APPROVED' limit 1)
  window w as (order by aggregate_version);
update chaos.received h set number = coalesce(s.next, s.previous) from swapped s where s.occurrence_id = h.occurrence_id and h.follower = 'hook';
