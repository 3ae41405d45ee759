-- A payment that was authorized is remembered as one that never was.
update payment.payment set customer_id = null, payment_method = null, amount = null, currency = null, order_id = null, trip_id = null
where payment_id = (select payment_id from payment.payment where state = 'VOIDED' and customer_id is not null limit 1);
