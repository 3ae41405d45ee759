-- The payment of a failed trip was never voided.
create temp table victim on commit drop as
  select payment_id from payment.payment where state = 'VOIDED' and trip_id is not null limit 1;
delete from chaos.received where occurrence_id in (
  select event_id from events.log where aggregate_id = (select payment_id from victim) and type = 'payment.voided'
);
delete from events.log where aggregate_id = (select payment_id from victim) and type = 'payment.voided';
update payment.payment set state = 'AUTHORIZED', version = version - 1 where payment_id = (select payment_id from victim);
