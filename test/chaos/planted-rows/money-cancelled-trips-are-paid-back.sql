-- A cent less was given back than the trip says.
update payment.payment set refunded = refunded - 1
where payment_id = (select payment_id from payment.payment p join trip.trip t using (trip_id) where t.state = 'CANCELLED' and p.refunded > 1 limit 1);
