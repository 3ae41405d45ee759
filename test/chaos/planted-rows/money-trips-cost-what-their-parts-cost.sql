-- The room costs a cent more than the trip.
update hotel.reservation_item set price = price + 1
where reservation_id = (select reservation_id from hotel.reservation_item join trip.trip using (trip_id) where trip.state = 'BOOKED' limit 1);
