-- A snapshot of an account says what its entries add up to.
select s.customer_id, s.sequence, s.credit_limit, s.reserved, entries.credit_limit as limit_by_ledger, entries.reserved as reserved_by_ledger
from customer.ledger_snapshot s, lateral (
  select sum(amount) filter (where kind in ('OPENED', 'LIMIT_CHANGED')) as credit_limit,
         coalesce(sum(amount) filter (where kind in ('RESERVED', 'CHANGED', 'RELEASED')), 0) as reserved
  from customer.ledger_entry e where e.customer_id = s.customer_id and e.sequence <= s.sequence
) entries
where s.credit_limit <> entries.credit_limit or s.reserved <> entries.reserved
