-- Trip and payment agree on a cent less than the policy says.
create temp table victim on commit drop as
  select trip_id from trip.trip where state = 'CANCELLED' and refund > 1 limit 1;
update trip.trip set refund = refund - 1 where trip_id = (select trip_id from victim);
update payment.payment set refunded = refunded - 1 where trip_id = (select trip_id from victim);
