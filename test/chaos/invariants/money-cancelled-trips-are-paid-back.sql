-- Of a cancelled trip as much was given back as the trip says, from one payment over its total.
select t.trip_id, t.total, t.refund, paid.payments, paid.amount, paid.refunded
from trip.trip t, lateral (
  select count(*) as payments, sum(amount) as amount, sum(refunded) as refunded
  from payment.payment where trip_id = t.trip_id and state in ('CAPTURED', 'REFUNDED')
) paid
where t.state = 'CANCELLED' and (paid.payments <> 1 or paid.amount <> t.total or paid.refunded <> t.refund) and t.trip_id not in (select business_id from chaos.left_as_it_is)
