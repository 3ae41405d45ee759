-- A booked trip has a room that is only held, as it says.
update trip.trip set parts = jsonb_set(parts, '{hotel,state}', '"HELD"') where trip_id = (select trip_id from trip.trip where state = 'BOOKED' and parts ? 'hotel' limit 1);
