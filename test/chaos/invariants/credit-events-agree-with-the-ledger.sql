-- Every entry of the ledger is one event, which says what the account holds after it.
select e.customer_id, e.sequence, e.held, l.type, l.data
from (
  select customer_id, sequence, kind,
         coalesce(sum(amount) filter (where kind in ('RESERVED', 'CHANGED', 'RELEASED')) over (partition by customer_id order by sequence), 0) as held
  from customer.ledger_entry
) e left join events.log l on l.service = 'customer' and l.aggregate_id = e.customer_id and l.aggregate_version = e.sequence + 1
where l.position is not null
  and ((l.data::json -> 'reserved' ->> 'amount')::bigint <> e.held or l.type <> 'customer.credit-' || lower(replace(e.kind, '_', '-')))
