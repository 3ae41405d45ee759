-- A trip that failed or was cancelled, and one that nobody knows, has nothing confirmed.
select r.service, r.trip_id, r.state, t.state as trip_state
from chaos.reservation r left join trip.trip t using (trip_id)
where r.state = 'CONFIRMED' and (t.state is null or t.state in ('FAILED', 'CANCELLED')) and r.trip_id not in (select business_id from chaos.left_as_it_is)
