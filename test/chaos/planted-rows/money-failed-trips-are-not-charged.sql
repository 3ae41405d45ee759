-- The capture of what was to be voided went through.
create temp table victim on commit drop as
  select payment_id from payment.payment where state = 'VOIDED' and trip_id is not null limit 1;
update payment.payment set state = 'CAPTURED' where payment_id = (select payment_id from victim);
update events.log set type = 'payment.captured' where aggregate_id = (select payment_id from victim) and type = 'payment.voided';
