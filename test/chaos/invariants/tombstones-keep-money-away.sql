-- A payment that was voided before it was authorized has never been anything else.
select p.payment_id, p.state, l.type from payment.payment p join events.log l on l.service = 'payment' and l.aggregate_id = p.payment_id
where p.customer_id is null and l.type <> 'payment.voided'
