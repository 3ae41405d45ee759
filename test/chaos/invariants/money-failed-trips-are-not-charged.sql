-- A trip that failed was not charged.
select t.trip_id, t.failure, p.payment_id, p.state as payment_state, p.amount
from trip.trip t join payment.payment p using (trip_id)
where t.state = 'FAILED' and p.state in ('CAPTURED', 'REFUNDED') and t.trip_id not in (select business_id from chaos.left_as_it_is)
