-- Every part of a booked trip is confirmed by its participant, under the reservation that the trip names.
select t.trip_id, part.service, part.reservation_id, part.state, r.state as reservation_state
from trip.trip t join chaos.trip_item part using (trip_id)
left join chaos.reservation_item i on i.service = part.service and i.reservation_id = part.reservation_id and i.trip_id = t.trip_id
left join chaos.reservation r on r.service = i.service and r.trip_id = i.trip_id
where t.state = 'BOOKED' and (part.state is distinct from 'CONFIRMED' or r.state is distinct from 'CONFIRMED') and t.trip_id not in (select business_id from chaos.left_as_it_is)
