-- The total of a trip that was booked is the sum of what its participants have reserved for it.
select t.trip_id, t.state, t.total, reserved.total as reserved
from trip.trip t, lateral (
  select coalesce(sum(price), 0) as total from chaos.reservation_item where trip_id = t.trip_id
) reserved
where t.state in ('BOOKED', 'CANCELLING', 'CANCELLED') and t.total <> reserved.total
