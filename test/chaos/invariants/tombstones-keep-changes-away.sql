-- A change of reserved credit that was taken back has left nothing behind.
select r.change_id, l.aggregate_id, sum((l.data::json -> 'amount' ->> 'amount')::bigint) as left_behind
from customer.restored_change r join events.log l on l.service = 'customer' and l.type = 'customer.credit-changed' and l.correlation_id = r.change_id
group by r.change_id, l.aggregate_id having sum((l.data::json -> 'amount' ->> 'amount')::bigint) <> 0
