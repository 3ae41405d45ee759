-- For GET /holds: the orders that wait for an operation, in the order of their last change.
create index orders_holds_idx on orders (updated_at, order_id)
  where state in ('PENDING', 'REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING');
