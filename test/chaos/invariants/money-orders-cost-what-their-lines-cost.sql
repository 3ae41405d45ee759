-- The total of an order is the sum of its lines.
select o.order_id, o.total, priced.total as lines_total
from "order".orders o, lateral (
  select coalesce(sum((line ->> 'quantity')::bigint * (line -> 'unitPrice' ->> 'amount')::bigint), 0) as total
  from jsonb_array_elements(o.lines) line
) priced
where o.total <> priced.total
