-- The first event of a customer is lost.
create temp table victim on commit drop as
  select event_id from events.log where type = 'customer.registered' and aggregate_id = 'CUST-ALICE';
delete from chaos.received where occurrence_id = (select event_id from victim);
delete from events.log where event_id = (select event_id from victim);
