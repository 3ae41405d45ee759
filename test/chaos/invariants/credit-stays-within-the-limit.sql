-- No account has ever held less than nothing, or more than its limit when something was reserved or raised.
select * from (
  select customer_id, sequence, kind, amount,
         sum(amount) filter (where kind in ('RESERVED', 'CHANGED', 'RELEASED')) over before as held,
         sum(amount) filter (where kind in ('OPENED', 'LIMIT_CHANGED')) over before as credit_limit
  from customer.ledger_entry
  window before as (partition by customer_id order by sequence)
) account
where held < 0 or (held > credit_limit and kind in ('RESERVED', 'CHANGED') and amount > 0)
