-- The entries of an account are numbered from 1 without a hole, and their times follow their numbers.
select * from (
  select customer_id, sequence, occurred_at,
         lag(sequence, 1, 0) over entries as previous, lag(occurred_at) over entries as previous_at
  from customer.ledger_entry
  window entries as (partition by customer_id order by sequence)
) entry
where sequence <> previous + 1 or occurred_at <= previous_at
