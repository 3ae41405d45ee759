-- A booked trip was charged exactly once, with its total.
select t.trip_id, t.total, charged.payments, charged.amount
from trip.trip t, lateral (
  select count(*) as payments, sum(amount) as amount from payment.payment where trip_id = t.trip_id and state = 'CAPTURED'
) charged
where t.state = 'BOOKED' and (charged.payments <> 1 or charged.amount <> t.total) and t.trip_id not in (select business_id from chaos.left_as_it_is)
