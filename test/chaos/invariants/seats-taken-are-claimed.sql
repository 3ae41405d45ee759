-- Of everything that can be reserved, on every day, as much is taken as reservations hold or have confirmed.
select service, resource_id, day, coalesce(taken, 0) as taken, coalesce(claimed, 0) as claimed
from (
  select i.service, i.resource_id, day::date as day, sum(i.units) as claimed
  from chaos.reservation_item i join chaos.reservation r using (service, trip_id), generate_series(i.first_day, i.last_day, interval '1 day') day
  where r.state in ('HELD', 'CONFIRMED') group by i.service, i.resource_id, day::date
) claim full join chaos.allotment using (service, resource_id, day)
where coalesce(taken, 0) <> coalesce(claimed, 0)
