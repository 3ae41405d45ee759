-- A payment that was voided before it was authorized has never been anything else.
select payment_id, state, version from payment.payment where customer_id is null and (state <> 'VOIDED' or version > 0)
