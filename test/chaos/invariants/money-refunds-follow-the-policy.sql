-- What a cancelled trip gives back is what the policy says for the moment at which the cancellation began: all of it 14 days ahead,
-- half of it 7 days ahead, a quarter one day ahead, in whole minor units.
select t.trip_id, t.total, t.refund, begun.days, floor(t.total * begun.share) as owed
from trip.trip t, lateral (
  select days, case when days >= 14 then 1 when days >= 7 then 0.5 when days >= 1 then 0.25 else 0 end as share
  from (
    select floor(extract(epoch from first_day::timestamp at time zone 'UTC' - l.occurred_at) / 86400) as days
    from events.log l, lateral (
      select min(first_day) as first_day from chaos.trip_item where trip_id = t.trip_id
    ) trip
    where l.service = 'trip' and l.aggregate_id = t.trip_id and l.type = 'trip.cancellation-begun'
    order by l.aggregate_version desc limit 1
  ) last
) begun
where t.state = 'CANCELLED' and t.refund <> floor(t.total * begun.share) and t.trip_id not in (select business_id from chaos.left_as_it_is)
