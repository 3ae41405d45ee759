-- A reservation that held a room is remembered as one that never did.
delete from hotel.reservation_item where trip_id = (
  select r.trip_id from hotel.reservation r join trip.trip t using (trip_id) where t.state = 'FAILED' and r.version > 1 limit 1);
