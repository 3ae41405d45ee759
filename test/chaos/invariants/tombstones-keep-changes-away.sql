-- A change of reserved credit that was restored has left no effect.
select r.order_id, r.change_id, sum(e.amount) as left_behind
from customer.restored_change r join customer.ledger_entry e using (order_id, change_id)
-- What was released as a whole has no change left in it.
where not exists (select from customer.ledger_entry l where l.order_id = r.order_id and l.kind = 'RELEASED')
group by r.order_id, r.change_id having sum(e.amount) <> 0
