-- A cent too little was taken.
update payment.payment set amount = amount - 1
where payment_id = (select payment_id from payment.payment p join trip.trip t using (trip_id) where t.state = 'BOOKED' limit 1);
