-- The room of a failed trip was never cancelled.
create temp table victim on commit drop as
  select r.trip_id from hotel.reservation r join trip.trip t using (trip_id) join hotel.reservation_item using (trip_id)
  where r.state = 'CANCELLED' and t.state = 'FAILED' limit 1;
delete from chaos.received where occurrence_id in (
  select event_id from events.log where service = 'hotel' and aggregate_id = (select trip_id from victim) and type = 'hotel.room-cancelled'
);
delete from events.log where service = 'hotel' and aggregate_id = (select trip_id from victim) and type = 'hotel.room-cancelled';
update hotel.reservation set state = 'HELD', version = version - 1 where trip_id = (select trip_id from victim);
update hotel.allotment a set taken = taken + i.units
from hotel.reservation_item i where i.trip_id = (select trip_id from victim) and a.resource_id = i.resource_id and a.day between i.first_day and i.last_day;
